"""The ten class colours of every map and figure."""

# Petroff (2021), "Accessible Color Sequences for Data Visualization", ten colours: chosen for
# readers with colour vision deficiencies, and of middling lightness, so they hold on light and
# dark. Reordered so that digits that share a place on the map (3 5 8, 4 7 9) differ most.
PALETTE = (
    "#3f90da", "#ffa90e", "#bd1f01", "#92dadd", "#832db6",
    "#e76300", "#a96b59", "#b9ac70", "#717581", "#94a4a2",
)  # fmt: skip
