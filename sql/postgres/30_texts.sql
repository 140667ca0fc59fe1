-- Regions as words of STC-S, without the frame; NULL when corrupt or without area to describe.

-- The vertices of a polygon: dali keeps the first one and reverses the others.
CREATE OR REPLACE FUNCTION {schema}.obscore_polygon_text(
  b bytea, first integer, last integer, dali boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  n integer := (last - first) / 24;
  k integer;
  x float8; y float8; z float8; lon float8; lat float8;
  words text := '';
BEGIN
  IF last - first < 73 OR (last - first) % 24 <> 1 THEN RETURN NULL; END IF;
  FOR i IN 0..n - 1 LOOP
    k := first + 1 + 24 * CASE WHEN dali AND i > 0 THEN n - i ELSE i END;
    x := {schema}.obscore_component(b, k);
    y := {schema}.obscore_component(b, k + 8);
    z := {schema}.obscore_component(b, k + 16);
    IF abs(x * x + y * y + z * z - 1) <= 1e-6 THEN
      lon := {schema}.obscore_longitude(x, y) * 57.29577951308232;
      lat := {schema}.obscore_latitude(x, y, z) * 57.29577951308232;
      words := words || ' ' || {schema}.obscore_decimal(lon) || ' ' || {schema}.obscore_decimal(lat);
    ELSE
      RETURN NULL;
    END IF;
  END LOOP;
  RETURN words;
END
$$;

-- A polygon of degrees, given as {lon, lat, lon, lat, …}.
CREATE OR REPLACE FUNCTION {schema}.obscore_points_text(points double precision[], dali boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  n integer := cardinality(points) / 2;
  k integer;
  words text := 'POLYGON';
BEGIN
  FOR i IN 0..n - 1 LOOP
    k := 2 * CASE WHEN dali AND i > 0 THEN n - i ELSE i END;
    words := words || ' ' || {schema}.obscore_decimal(points[k + 1])
                   || ' ' || {schema}.obscore_decimal(points[k + 2]);
  END LOOP;
  RETURN words;
END
$$;

CREATE OR REPLACE FUNCTION {schema}.obscore_circle_text(circle double precision[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  lon float8 := {schema}.obscore_longitude(circle[1], circle[2]) * 57.29577951308232;
  lat float8 := {schema}.obscore_latitude(circle[1], circle[2], circle[3]) * 57.29577951308232;
  radius float8 := least(circle[5], pi()) * 57.29577951308232;
BEGIN
  IF circle[4] < 0 THEN RETURN NULL; END IF;
  RETURN 'CIRCLE ' || {schema}.obscore_decimal(lon) || ' ' || {schema}.obscore_decimal(lat)
         || ' ' || {schema}.obscore_decimal(radius);
END
$$;

-- A box: parallels are followed at every degree or less, and become circles around a pole where
-- the box has all longitudes. A box without area has no text.
CREATE OR REPLACE FUNCTION {schema}.obscore_box_text(
  w double precision, e double precision, s double precision, n double precision, dali boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  half_pi CONSTANT float8 := 1.5707963267948966;
  two_pi CONSTANT float8 := 6.283185307179586;
  width float8 := CASE WHEN e - w < 0 THEN two_pi + (e - w) ELSE e - w END;
  steps integer := greatest(ceil(width * 57.29577951308232), 1);
  lon float8;
  south float8[] := '{}';
  north float8[] := '{}';
BEGIN
  IF w = 0 AND e = two_pi THEN
    RETURN CASE
      WHEN s = -half_pi AND n = half_pi THEN {schema}.obscore_circle_text(ARRAY[0, 0, 1, 4, pi()])
      WHEN n = half_pi THEN {schema}.obscore_circle_text(ARRAY[0, 0, 1, 0, half_pi - s])
      WHEN s = -half_pi THEN {schema}.obscore_circle_text(ARRAY[0, 0, -1, 0, half_pi + n])
      ELSE 'INTERSECTION ( ' || {schema}.obscore_circle_text(ARRAY[0, 0, 1, 0, half_pi - s])
           || ' ' || {schema}.obscore_circle_text(ARRAY[0, 0, -1, 0, half_pi + n]) || ' )'
    END;
  END IF;
  IF width = 0 OR s = n THEN RETURN NULL; END IF;
  FOR i IN 0..steps LOOP
    lon := w + width * i / steps;
    lon := CASE WHEN lon > two_pi THEN lon - two_pi ELSE lon END * 57.29577951308232;
    IF i = 0 OR s > -half_pi THEN
      south := south || ARRAY[lon, s * 57.29577951308232];
    END IF;
    IF i = 0 OR n < half_pi THEN
      north := ARRAY[lon, n * 57.29577951308232] || north;
    END IF;
  END LOOP;
  RETURN {schema}.obscore_points_text(south || north, dali);
END
$$;

-- An ellipse: a circle when its axes are equal, else 36 points on its boundary, which is the cone
-- x² cot²α + y² cot²β = z² about the third axis.
CREATE OR REPLACE FUNCTION {schema}.obscore_ellipse_text(v double precision[], dali boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  alpha float8 := 1.5707963267948966 + v[10];
  beta float8 := 1.5707963267948966 + v[11];
  x float8; y float8; z float8; t float8;
  p float8[];
  points float8[] := '{}';
BEGIN
  IF alpha < v[12] THEN RETURN NULL; END IF;
  IF 1.5707963267948966 - v[10] <= v[12] THEN
    RETURN {schema}.obscore_circle_text(ARRAY[0, 0, 1, 4, pi()]);
  END IF;
  IF v[10] = v[11] THEN
    RETURN {schema}.obscore_circle_text({schema}.obscore_circle_from_angle(v[7:9], alpha));
  END IF;
  z := cos(alpha) * abs(cos(beta));
  FOR i IN 0..35 LOOP
    t := i * 6.283185307179586 / 36;
    x := sin(alpha) * abs(cos(beta)) * cos(t);
    y := abs(cos(alpha)) * sin(beta) * sin(t);
    p := {schema}.obscore_unit(
      v[1] * x + v[4] * y + v[7] * z, v[2] * x + v[5] * y + v[8] * z, v[3] * x + v[6] * y + v[9] * z);
    IF p IS NOT NULL THEN
      points := points || ARRAY[
        {schema}.obscore_longitude(p[1], p[2]) * 57.29577951308232,
        {schema}.obscore_latitude(p[1], p[2], p[3]) * 57.29577951308232];
    END IF;
  END LOOP;
  RETURN {schema}.obscore_points_text(points, dali);
END
$$;

-- Any region; depth counts the unions and intersections around it.
CREATE OR REPLACE FUNCTION {schema}.obscore_region_text(
  b bytea, first integer, last integer, depth integer, dali boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  code integer;
  v float8[];
BEGIN
  IF first >= last THEN RETURN NULL; END IF;
  code := get_byte(b, first);
  IF code = 112 THEN
    RETURN 'POLYGON' || {schema}.obscore_polygon_text(b, first, last, dali);
  ELSIF code IN (117, 105) THEN
    RETURN {schema}.obscore_compound_text(
      code, {schema}.obscore_operands_text(b, first, last, depth, dali));
  END IF;
  v := {schema}.obscore_leaf(b, first, last);
  RETURN CASE
    WHEN cardinality(v) = 0 THEN NULL
    WHEN code = 99 THEN {schema}.obscore_circle_text(v)
    WHEN code = 98 AND (v[1] = 'NaN' OR v[3] > v[4]) THEN NULL
    WHEN code = 98 THEN {schema}.obscore_box_text(v[1], v[2], v[3], v[4], dali)
    ELSE {schema}.obscore_ellipse_text(v, dali)
  END;
END
$$;

-- A union or intersection of texts: one stands for itself, no intersection is everything, and no
-- union nothing. NULL when a text is missing.
CREATE OR REPLACE FUNCTION {schema}.obscore_compound_text(code integer, texts text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN array_position(texts, NULL) IS NOT NULL THEN NULL
    WHEN cardinality(texts) = 1 THEN texts[1]
    WHEN cardinality(texts) > 1 THEN
      CASE code WHEN 117 THEN 'UNION ( ' ELSE 'INTERSECTION ( ' END
      || array_to_string(texts, ' ') || ' )'
    WHEN code = 105 THEN {schema}.obscore_circle_text(ARRAY[0, 0, 1, 4, pi()])
  END
$$;

-- The texts of the operands, those of nested ones of the same kind in their place; an element is
-- NULL when an operand is corrupt or has no text.
CREATE OR REPLACE FUNCTION {schema}.obscore_operands_text(
  b bytea, first integer, last integer, depth integer, dali boolean) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  code integer := get_byte(b, first);
  k integer := first + 1;
  stop integer;
  texts text[] := '{}';
BEGIN
  IF depth >= 16 THEN RETURN ARRAY[NULL]; END IF;
  WHILE k < last LOOP
    stop := {schema}.obscore_operand_end(b, k, last);
    IF stop IS NULL OR stop = k + 8 THEN RETURN ARRAY[NULL]; END IF;
    IF get_byte(b, k + 8) = code THEN
      texts := texts || {schema}.obscore_operands_text(b, k + 8, stop, depth + 1, dali);
    ELSE
      texts := texts || {schema}.obscore_region_text(b, k + 8, stop, depth + 1, dali);
    END IF;
    k := stop;
  END LOOP;
  RETURN texts;
END
$$;
