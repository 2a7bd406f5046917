"""The colours of classes: those of the page (static/src/core/points/further-colours.test.ts)."""

from PIL import ImageColor

from latent_atlas.train.palette import PALETTE, class_colour


def test_B22_the_first_ten_colours_are_the_palette_and_others_are_the_page_s() -> None:
    assert [class_colour(label) for label in range(10)] == list(PALETTE)
    assert [class_colour(10 + n) for n in (0, 1, 721)] == [
        "hsl(0.00, 75%, 40%)", "hsl(137.51, 75%, 52%)", "hsl(143.27, 75%, 52%)",
    ]  # fmt: skip


def test_B22_a_thousand_classes_have_a_thousand_names_of_colours_that_pillow_reads() -> None:
    colours = [class_colour(label) for label in range(1000)]
    assert len(set(colours)) == 1000
    assert len({ImageColor.getrgb(colour) for colour in colours}) > 950
