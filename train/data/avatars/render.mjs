// Draws faces: a JSON array of faces comes in, their RGB planes go out, in the same order.
//
// A face names a value for each part (avatar_faces.py says which); nothing is left to chance
// here. It is drawn four times as large and averaged down, because seams between shapes show where a
// rasterizer meets them at the size of a pixel.

import { readFileSync } from "node:fs";
import * as avataaars from "@dicebear/avataaars";
import { createAvatar } from "@dicebear/core";
import { Resvg } from "@resvg/resvg-js";

const SIZE = 64;
const OVERSAMPLING = 4;
const CHANNELS = 3;
// The head with all hair around it; of the shoulders, what lies beside the neck.
const FRAME = "40 1 200 200";

// Between these two lies the top of an avatar: its hair or its hat, never both.
const TOP = '<g transform="translate(-1)">';
const BELOW = '</g><g transform="translate(49 72)">';
const GLASSES = '<g transform="translate(62 42)">';
const LENS = /fill="#000" fill-opacity=".7"/g;
const GROUND = /<rect fill="#[0-9a-f]{6}"[^>]*>/;

// The hat sits on the back of the head: its crown above the hair, its brim behind it.
const TILTED = "translate(140 -2) scale(.78 .8) translate(-133 0)";
const UNDER_HAT =
  '<clipPath id="under-hat"><path d="M-20 300V84H47a86 50 0 0 1 172 0H300V300Z"/></clipPath>';

function svgOf(face) {
  const { hat, ...parts } = face;
  const pieces = cut(svg(parts));
  if (hat === null) return pieces.join("");
  const [before, hair, after] = pieces;
  const [, brim] = cut(svg({ ...parts, top: "hat", hatColor: hat }));
  const behind = before.replace(
    GROUND,
    (ground) => `${ground}<g transform="${TILTED}">${brim}</g>`,
  );
  return `${behind}${UNDER_HAT}<g clip-path="url(#under-hat)">${hair}</g>${after}`;
}

function svg(parts) {
  const options = Object.fromEntries(
    Object.entries(parts).map(([part, value]) => [part, value === null ? [] : [value]]),
  );
  return createAvatar(avataaars, {
    ...options,
    seed: "",
    topProbability: 100,
    accessoriesProbability: parts.accessories === null ? 0 : 100,
    facialHairProbability: parts.facialHair === null ? 0 : 100,
  }).toString();
}

/** Cuts an avatar before and after its top, and darkens lenses: eyes shine through as they come. */
function cut(image) {
  const from = image.indexOf(TOP) + TOP.length;
  const to = image.indexOf(BELOW);
  const glasses = image.indexOf(GLASSES);
  if (from < TOP.length || to < from || glasses < to)
    throw new Error("this DiceBear builds avatars differently");
  const worn = image.slice(glasses).replace(LENS, 'fill="#000" fill-opacity=".94"');
  return [image.slice(0, from), image.slice(from, to), image.slice(to, glasses) + worn];
}

/** Writes a face's red, green and blue planes to `out`. */
function draw(face, out) {
  const framed = svgOf(face).replace(/viewBox="[^"]*"/, `viewBox="${FRAME}"`);
  const large = SIZE * OVERSAMPLING;
  const { pixels } = new Resvg(framed, {
    fitTo: { mode: "width", value: large },
    font: { loadSystemFonts: false },
  }).render();
  const area = OVERSAMPLING ** 2;
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++)
      for (let channel = 0; channel < CHANNELS; channel++) {
        let sum = area / 2;
        for (let row = 0; row < OVERSAMPLING; row++)
          for (let column = 0; column < OVERSAMPLING; column++)
            sum +=
              pixels[((y * OVERSAMPLING + row) * large + x * OVERSAMPLING + column) * 4 + channel];
        out[(channel * SIZE + y) * SIZE + x] = Math.floor(sum / area);
      }
}

const faces = JSON.parse(readFileSync(0, "utf8"));
const bytes = CHANNELS * SIZE * SIZE;
const out = Buffer.alloc(faces.length * bytes);
for (const [index, face] of faces.entries())
  draw(face, out.subarray(index * bytes, (index + 1) * bytes));
process.stdout.write(out);
