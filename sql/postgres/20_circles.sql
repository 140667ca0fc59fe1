-- Bounding circles, in the order of operations of lsst.sphgeom's getBoundingCircle.
-- A circle is {x, y, z, squared chord length, opening angle}: a unit vector, and radians.
-- The chord is negative for the empty circle and 4 or more for the full one.
-- An array without elements means that the bytes are corrupt.
-- Regions lie at bytes [first, last) of b.

CREATE OR REPLACE FUNCTION {schema}.obscore_circle_from_chord(center double precision[], chord double precision)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT center[1:3] || chord
    || CASE WHEN chord < 0 THEN -1 WHEN chord >= 4 THEN pi() ELSE 2 * asin(0.5 * sqrt(chord)) END
$$;

CREATE OR REPLACE FUNCTION {schema}.obscore_circle_from_angle(center double precision[], angle double precision)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT center[1:3]
    || CASE WHEN angle < 0 THEN -1 WHEN angle >= pi() THEN 4
            ELSE 4 * sin(0.5 * angle) * sin(0.5 * angle) END
    || angle
$$;

-- A polygon: the centroid by Brock's formula, summed over edges, then the farthest vertex.
CREATE OR REPLACE FUNCTION {schema}.obscore_polygon_circle(b bytea, first integer, last integer)
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  n integer := (last - first) / 24;
  xs float8[];
  ys float8[];
  zs float8[];
  px float8; py float8; pz float8;     -- the vertex an edge comes from
  qx float8; qy float8; qz float8;     -- and the one it goes to
  sx float8; sy float8; sz float8;     -- their sum
  dx float8; dy float8; dz float8;     -- and difference
  m float8; l float8; angle float8;
  cx float8 := 0; cy float8 := 0; cz float8 := 0;
  center float8[];
  chord float8 := 0;
BEGIN
  IF last - first < 73 OR (last - first) % 24 <> 1 THEN RETURN '{}'; END IF;
  FOR i IN 1..n LOOP
    px := {schema}.obscore_component(b, first + 24 * i - 23);
    py := {schema}.obscore_component(b, first + 24 * i - 15);
    pz := {schema}.obscore_component(b, first + 24 * i - 7);
    IF abs(px * px + py * py + pz * pz - 1) <= 1e-6 THEN
      xs[i] := px; ys[i] := py; zs[i] := pz;
    ELSE
      RETURN '{}';
    END IF;
  END LOOP;
  FOR i IN 1..n LOOP
    qx := xs[i]; qy := ys[i]; qz := zs[i];
    sx := qx + px; sy := qy + py; sz := qz + pz;
    dx := qx - px; dy := qy - py; dz := qz - pz;
    -- Twice the vector product, in dx, dy, dz.
    l := sy * dz - sz * dy;
    m := sz * dx - sx * dz;
    dz := sx * dy - sy * dx;
    dx := l;
    dy := m;
    m := greatest(abs(dx), abs(dy), abs(dz));
    IF m >= 1e-90 THEN
      dx := dx / m; dy := dy / m; dz := dz / m;
      l := sqrt(1 + CASE WHEN abs(dx) = 1 THEN dy * dy + dz * dz
                         WHEN abs(dy) = 1 THEN dx * dx + dz * dz
                         ELSE dx * dx + dy * dy END);
      angle := atan2(0.5 * (l * m), px * qx + py * qy + pz * qz);
      cx := cx + dx / l * angle;
      cy := cy + dy / l * angle;
      cz := cz + dz / l * angle;
    END IF;
    px := qx; py := qy; pz := qz;
  END LOOP;
  center := {schema}.obscore_unit(cx, cy, cz);
  IF center IS NULL THEN RETURN '{}'; END IF;
  cx := center[1]; cy := center[2]; cz := center[3];
  FOR i IN 1..n LOOP
    dx := xs[i] - cx; dy := ys[i] - cy; dz := zs[i] - cz;
    chord := greatest(chord, dx * dx + dy * dy + dz * dz);
  END LOOP;
  RETURN {schema}.obscore_circle_from_chord(center, chord + 5e-15);
END
$$;

-- A box of longitudes [w, e] and latitudes [s, n].
CREATE OR REPLACE FUNCTION {schema}.obscore_box_circle(
  w double precision, e double precision, s double precision, n double precision)
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  half_pi CONSTANT float8 := 1.5707963267948966;
  all_longitudes boolean := w = 0 AND e = 6.283185307179586;
  width float8 := CASE WHEN e - w < 0 THEN 6.283185307179586 + (e - w) ELSE e - w END;
  mid float8 := 0.5 * (w + e);
  c float8; phi1 float8; phi2 float8; phi3 float8; radius float8; chord float8 := 0;
  sw float8[]; nw float8[]; corner float8[]; center float8[]; p1 float8[]; p2 float8[];
BEGIN
  IF all_longitudes AND s = -half_pi AND n = half_pi THEN RETURN ARRAY[0, 0, 1, 4, pi()]; END IF;
  mid := CASE WHEN w <= e THEN mid WHEN mid < pi() THEN mid + pi() ELSE mid - pi() END;
  IF width > pi() THEN
    -- The smaller of a circle around a pole and one on the equator.
    IF abs(s) <= abs(n) THEN
      center := ARRAY[0, 0, 1]; radius := half_pi - s;
    ELSE
      center := ARRAY[0, 0, -1]; radius := n + half_pi;
    END IF;
    IF NOT all_longitudes AND 0.5 * width < radius THEN
      radius := 0.5 * width;
      center := {schema}.obscore_direction(mid, 0);
    END IF;
    RETURN {schema}.obscore_circle_from_angle(center, radius + 6e-8);
  END IF;
  -- The centre is on the middle meridian.
  sw := {schema}.obscore_direction(w, s);
  nw := {schema}.obscore_direction(w, n);
  c := cos(0.5 * width);
  phi1 := atan(tan(s) / c);
  phi2 := atan(tan(n) / c);
  phi3 := atan(c * tan(0.5 * (s + n)));
  IF phi1 <= phi3 AND phi3 <= phi2 THEN
    center := {schema}.obscore_direction(mid, phi3);
  ELSE
    p1 := {schema}.obscore_direction(mid, phi1);
    p2 := {schema}.obscore_direction(mid, phi2);
    IF p1[1] * sw[1] + p1[2] * sw[2] + p1[3] * sw[3] > p2[1] * nw[1] + p2[2] * nw[2] + p2[3] * nw[3] THEN
      center := p2;
    ELSE
      center := p1;
    END IF;
  END IF;
  FOREACH corner SLICE 1 IN ARRAY
    ARRAY[sw, nw, {schema}.obscore_direction(e, s), {schema}.obscore_direction(e, n)]
  LOOP
    chord := greatest(chord, {schema}.obscore_square(center[1] - corner[1])
                           + {schema}.obscore_square(center[2] - corner[2])
                           + {schema}.obscore_square(center[3] - corner[3]));
  END LOOP;
  RETURN {schema}.obscore_circle_from_chord(center, chord + 5e-15);
END
$$;

-- Angle between two directions.
CREATE OR REPLACE FUNCTION {schema}.obscore_separation(a double precision[], b double precision[])
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT atan2(
    sqrt({schema}.obscore_square(a[2] * b[3] - a[3] * b[2])
       + {schema}.obscore_square(a[3] * b[1] - a[1] * b[3])
       + {schema}.obscore_square(a[1] * b[2] - a[2] * b[1])),
    a[1] * b[1] + a[2] * b[2] + a[3] * b[3])
$$;

-- The circle around circles a and b.
CREATE OR REPLACE FUNCTION {schema}.obscore_expanded(a double precision[], b double precision[])
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  full_circle CONSTANT float8[] := ARRAY[0, 0, 1, 4, pi()];
  separation float8; radius float8; c float8; s float8;
  axis float8[]; center float8[];
BEGIN
  IF a[4] < 0 OR b[4] >= 4 THEN RETURN b; END IF;
  IF b[4] < 0 OR a[4] >= 4 THEN RETURN a; END IF;
  separation := {schema}.obscore_separation(a, b);
  IF separation + b[5] + 6e-8 <= a[5] THEN RETURN a; END IF;
  IF separation + a[5] + 6e-8 <= b[5] THEN RETURN b; END IF;
  radius := 0.5 * (separation + a[5] + b[5]);
  IF radius + 3e-8 >= pi() THEN RETURN full_circle; END IF;
  -- Turns the centre of a towards that of b.
  axis := {schema}.obscore_unit(
    (b[2] + a[2]) * (b[3] - a[3]) - (b[3] + a[3]) * (b[2] - a[2]),
    (b[3] + a[3]) * (b[1] - a[1]) - (b[1] + a[1]) * (b[3] - a[3]),
    (b[1] + a[1]) * (b[2] - a[2]) - (b[2] + a[2]) * (b[1] - a[1]));
  IF axis IS NULL THEN
    axis := CASE WHEN abs(a[1]) > abs(a[2]) THEN {schema}.obscore_unit(-a[3], 0, a[1])
                 ELSE {schema}.obscore_unit(0, a[3], -a[2]) END;
  END IF;
  c := cos(radius - a[5]);
  s := sin(radius - a[5]);
  center := {schema}.obscore_unit(
    a[1] * c + (axis[2] * a[3] - axis[3] * a[2]) * s,
    a[2] * c + (axis[3] * a[1] - axis[1] * a[3]) * s,
    a[3] * c + (axis[1] * a[2] - axis[2] * a[1]) * s);
  RETURN coalesce({schema}.obscore_circle_from_angle(center, radius + 1.5e-8), full_circle);
END
$$;

-- A circle around what circles a and b share: the smaller one.
CREATE OR REPLACE FUNCTION {schema}.obscore_clipped(a double precision[], b double precision[])
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN a[4] < 0 OR b[4] >= 4 THEN a
    WHEN a[4] >= 4 OR b[4] < 0 THEN b
    WHEN {schema}.obscore_separation(a, b) > a[5] + b[5] + 6e-8 THEN ARRAY[0, 0, 1, -1, -1]
    WHEN b[5] < a[5] THEN b
    ELSE a
  END
$$;

-- Any region; depth counts the unions and intersections around it.
CREATE OR REPLACE FUNCTION {schema}.obscore_region_circle(
  b bytea, first integer, last integer, depth integer) RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  code integer;
  v float8[];
  c float8[];
BEGIN
  IF first >= last THEN RETURN '{}'; END IF;
  code := get_byte(b, first);
  IF code = 112 THEN
    RETURN {schema}.obscore_polygon_circle(b, first, last);
  ELSIF code IN (117, 105) THEN
    c := {schema}.obscore_operands_circle(b, first, last, depth, NULL);
    IF c IS NULL THEN
      c := CASE code WHEN 117 THEN ARRAY[0, 0, 1, -1, -1] ELSE ARRAY[0, 0, 1, 4, pi()] END;
    END IF;
    RETURN c;
  END IF;
  v := {schema}.obscore_leaf(b, first, last);
  RETURN CASE
    WHEN cardinality(v) = 0 THEN v
    WHEN code = 99 THEN v
    WHEN code = 98 AND (v[1] = 'NaN' OR v[3] > v[4]) THEN ARRAY[0, 0, 1, -1, -1]
    WHEN code = 98 THEN {schema}.obscore_box_circle(v[1], v[2], v[3], v[4])
    ELSE {schema}.obscore_circle_from_angle(
      v[7:9], greatest(1.5707963267948966 + v[10], 1.5707963267948966 + v[11]) + 3e-8)
  END;
END
$$;

-- The numbers of a circle, box or ellipse, checked.
CREATE OR REPLACE FUNCTION {schema}.obscore_leaf(b bytea, first integer, last integer)
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  code integer := get_byte(b, first);
  vectors integer := CASE code WHEN 99 THEN 1 WHEN 98 THEN 0 ELSE 3 END;
  numbers integer := CASE code WHEN 99 THEN 2 WHEN 98 THEN 4 ELSE 3 END;
  v float8[] := '{}';
BEGIN
  IF last - first IS DISTINCT FROM (CASE code WHEN 99 THEN 41 WHEN 98 THEN 33 WHEN 101 THEN 113 END) THEN
    RETURN '{}';
  END IF;
  FOR i IN 0..vectors - 1 LOOP
    v := v || ARRAY[{schema}.obscore_component(b, first + 24 * i + 1),
                    {schema}.obscore_component(b, first + 24 * i + 9),
                    {schema}.obscore_component(b, first + 24 * i + 17)];
    IF (abs(v[3 * i + 1] * v[3 * i + 1] + v[3 * i + 2] * v[3 * i + 2] + v[3 * i + 3] * v[3 * i + 3] - 1)
        <= 1e-6) IS NOT TRUE THEN
      RETURN '{}';
    END IF;
  END LOOP;
  FOR i IN 0..numbers - 1 LOOP
    v := v || {schema}.obscore_number(b, first + 24 * vectors + 8 * i + 1);
  END LOOP;
  IF code = 98 AND v[1] IS NULL AND v[2] IS NULL
     AND {schema}.obscore_is_nan(b, first + 1) AND {schema}.obscore_is_nan(b, first + 9) THEN
    v[1] := 'NaN';
    v[2] := 'NaN';
  ELSIF code = 98 AND (v[1] BETWEEN 0 AND 6.283185307179586
                       AND v[2] BETWEEN 0 AND 6.283185307179586) IS NOT TRUE THEN
    RETURN '{}';
  END IF;
  IF array_position(v, NULL) IS NOT NULL
     OR code = 99 AND v[4] >= 0 AND v[5] < 0
     OR code = 98 AND NOT (v[3] BETWEEN -1.5707963267948966 AND 1.5707963267948966
                           AND v[4] BETWEEN -1.5707963267948966 AND 1.5707963267948966) THEN
    RETURN '{}';
  END IF;
  RETURN v;
END
$$;

-- Whether the double at byte k is NaN: the exponent has all bits set, and the fraction some.
CREATE OR REPLACE FUNCTION {schema}.obscore_is_nan(b bytea, k integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT get_byte(b, k + 7) & 127 = 127 AND get_byte(b, k + 6) >> 4 = 15
    AND (get_byte(b, k + 6) & 15 | get_byte(b, k + 5) | get_byte(b, k + 4) | get_byte(b, k + 3)
         | get_byte(b, k + 2) | get_byte(b, k + 1) | get_byte(b, k)) <> 0
$$;

-- The byte after the operand whose length is at byte k, or NULL when it reaches past last.
CREATE OR REPLACE FUNCTION {schema}.obscore_operand_end(b bytea, k integer, last integer)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN k + 8 > last THEN NULL
    WHEN get_byte(b, k + 7) | get_byte(b, k + 6) | get_byte(b, k + 5) | get_byte(b, k + 4)
         | get_byte(b, k + 3) <> 0 THEN NULL
    WHEN k + 8 + ((get_byte(b, k + 2) << 16) | (get_byte(b, k + 1) << 8) | get_byte(b, k)) <= last
      THEN k + 8 + ((get_byte(b, k + 2) << 16) | (get_byte(b, k + 1) << 8) | get_byte(b, k))
  END
$$;

-- The operands of a union or intersection added to circle acc, those of nested ones of the same
-- kind in their place; NULL is no operand yet.
CREATE OR REPLACE FUNCTION {schema}.obscore_operands_circle(
  b bytea, first integer, last integer, depth integer, acc double precision[])
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  code integer := get_byte(b, first);
  k integer := first + 1;
  stop integer;
  c float8[];
BEGIN
  IF depth >= 16 THEN RETURN '{}'; END IF;
  WHILE k < last LOOP
    stop := {schema}.obscore_operand_end(b, k, last);
    IF stop IS NULL OR stop = k + 8 THEN RETURN '{}'; END IF;
    IF get_byte(b, k + 8) = code THEN
      acc := {schema}.obscore_operands_circle(b, k + 8, stop, depth + 1, acc);
      IF cardinality(acc) = 0 THEN RETURN acc; END IF;
    ELSE
      c := {schema}.obscore_region_circle(b, k + 8, stop, depth + 1);
      IF cardinality(c) = 0 THEN RETURN c; END IF;
      acc := CASE WHEN acc IS NULL THEN c
                  WHEN code = 117 THEN {schema}.obscore_expanded(acc, c)
                  ELSE {schema}.obscore_clipped(acc, c) END;
    END IF;
    k := stop;
  END LOOP;
  RETURN acc;
END
$$;

-- The bounding circle of a region column's text; NULL when corrupt, empty, or of a type not asked
-- for. Several texts joined by a colon are their union, and no text is the empty one.
CREATE OR REPLACE FUNCTION {schema}.obscore_circle(region text, all_types boolean)
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  b bytea;
  part text;
  c float8[];
  acc float8[];
BEGIN
  IF octet_length(region) > 1048576 OR region = '' THEN RETURN NULL; END IF;
  IF strpos(region, ':') = 0 THEN
    b := {schema}.obscore_bytes(region);
    IF b IS NULL OR NOT all_types AND get_byte(b, 0) <> 112 THEN RETURN NULL; END IF;
    IF get_byte(b, 0) = 112 THEN
      acc := {schema}.obscore_polygon_circle(b, 0, length(b));
    ELSE
      acc := {schema}.obscore_region_circle(b, 0, length(b), 0);
    END IF;
  ELSIF all_types THEN
    FOREACH part IN ARRAY string_to_array(region, ':') LOOP
      b := {schema}.obscore_bytes(part);
      IF b IS NULL THEN RETURN NULL; END IF;
      IF get_byte(b, 0) = 117 THEN
        acc := {schema}.obscore_operands_circle(b, 0, length(b), 0, acc);
        IF cardinality(acc) = 0 THEN RETURN NULL; END IF;
      ELSE
        c := {schema}.obscore_region_circle(b, 0, length(b), 0);
        IF cardinality(c) = 0 THEN RETURN NULL; END IF;
        acc := CASE WHEN acc IS NULL THEN c ELSE {schema}.obscore_expanded(acc, c) END;
      END IF;
    END LOOP;
  END IF;
  RETURN CASE WHEN cardinality(acc) = 5 AND acc[4] >= 0 THEN acc END;
END
$$;
