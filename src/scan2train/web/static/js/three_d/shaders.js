/** The ray caster, in the words of the graphics card. */

export const VERTEX = `#version 300 es
out vec2 place;
void main() {
  // One triangle that covers the pane.
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  place = corner;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler3D;
uniform sampler3D volume;
uniform sampler3D labels;
uniform vec3 palette[256];
uniform bool labelled;
uniform vec3 origin, right, up, along;
uniform float reach, stride, level, low, high;
uniform bool surface, inverted;
uniform vec3 texel;
uniform mat3 toMm;
uniform vec3 light;
in vec2 place;
out vec4 colour;

float at(vec3 p) { return texture(volume, p).r; }

vec3 tint(vec3 p, vec3 other) {
  int value = labelled ? int(texture(labels, p).r * 255.0 + 0.5) : 0;
  return value > 0 ? palette[value] : other;
}

float grey(float value) {
  float share = clamp((value - low) / max(high - low, 1e-4), 0.0, 1.0);
  return inverted ? 1.0 - share : share;
}

// How much of something is at a place: of the image, or, where a label alone makes a surface, of any label.
float matter(vec3 p, bool solid) {
  return solid ? float(texture(labels, p).r > 0.0) : at(p);
}

vec3 slopeAt(vec3 p, vec3 far, bool solid) {
  return vec3(
    matter(p + vec3(far.x, 0, 0), solid) - matter(p - vec3(far.x, 0, 0), solid),
    matter(p + vec3(0, far.y, 0), solid) - matter(p - vec3(0, far.y, 0), solid),
    matter(p + vec3(0, 0, far.z), solid) - matter(p - vec3(0, 0, far.z), solid)) / (2.0 * far);
}

vec3 shaded(vec3 p, vec3 base, bool solid) {
  vec3 slope = slopeAt(p, 1.5 * texel, solid);
  // Labels are all or nothing: looking farther makes steps into slopes.
  if (solid) slope += slopeAt(p, 2.5 * texel, true) + slopeAt(p, 3.5 * texel, true);
  vec3 normal = toMm * slope;
  float size = length(normal);
  float facing = size > 0.0 ? abs(dot(normal / size, light)) : 0.5;
  return base * (0.22 + 0.7 * facing) + vec3(0.14) * pow(facing, 24.0);
}

void main() {
  vec3 start = origin + place.x * right + place.y * up;
  vec3 a = (vec3(0) - start) / along, b = (vec3(1) - start) / along;
  vec3 near = min(a, b), far = max(a, b);
  float from = max(max(near.x, near.y), max(near.z, 0.0));
  float to = min(min(far.x, far.y), min(far.z, reach));
  colour = vec4(0, 0, 0, 1);
  if (from >= to) return;
  float most = 0.0;
  vec3 where = start;
  for (float t = from; t < to; t += stride) {
    vec3 p = start + t * along;
    float value = at(p);
    if (surface && (value >= level || (labelled && texture(labels, p).r > 0.0))) {
      if (t == from && value >= level) {  // cut open by the edge of the scan: grey levels, as on a slice
        colour = vec4(tint(p, vec3(grey(value))), 1);
        return;
      }
      float before = max(from, t - stride), after = t;
      if (value >= level) for (int i = 0; i < 5; i++) {
        float middle = 0.5 * (before + after);
        if (at(start + middle * along) >= level) after = middle; else before = middle;
      }
      vec3 hit = start + after * along;
      colour = vec4(shaded(hit, tint(hit, vec3(0.93, 0.88, 0.80)), value < level), 1);
      return;
    }
    if (value > most) { most = value; where = p; }
  }
  if (!surface) {
    colour = vec4(tint(where, vec3(1)) * grey(most), 1);
  }
}`;
