-- The ObsCore columns of a region column's text, a function each, so that a column not asked for
-- costs nothing. With all_types false only convex polygons have values, as in the Butler.
-- Corrupt text gives NULL.

CREATE OR REPLACE FUNCTION {schema}.obscore_s_ra(region text, all_types boolean)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c float8[] := {schema}.obscore_circle(region, all_types);
  x float8 := c[1];
  y float8 := c[2];
BEGIN
  RETURN {schema}.obscore_longitude(x, y) * 57.29577951308232;
END
$$;

CREATE OR REPLACE FUNCTION {schema}.obscore_s_dec(region text, all_types boolean)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c float8[] := {schema}.obscore_circle(region, all_types);
  x float8 := c[1];
  y float8 := c[2];
  z float8 := c[3];
BEGIN
  RETURN {schema}.obscore_latitude(x, y, z) * 57.29577951308232;
END
$$;

CREATE OR REPLACE FUNCTION {schema}.obscore_s_fov(region text, all_types boolean)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  angle float8 := ({schema}.obscore_circle(region, all_types))[5];
BEGIN
  RETURN CASE WHEN angle > pi() THEN pi() ELSE angle END * 57.29577951308232 * 2;
END
$$;

CREATE OR REPLACE FUNCTION {schema}.obscore_s_region(region text, all_types boolean, dali boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  b bytea;
  part text;
  texts text[] := '{}';
  words text;
BEGIN
  IF octet_length(region) > 1048576 OR region = '' THEN RETURN NULL; END IF;
  IF strpos(region, ':') = 0 THEN
    b := {schema}.obscore_bytes(region);
    IF b IS NULL THEN RETURN NULL; END IF;
    IF get_byte(b, 0) = 112 THEN
      RETURN 'POLYGON ICRS' || {schema}.obscore_polygon_text(b, 0, length(b), dali);
    END IF;
    IF NOT all_types THEN RETURN NULL; END IF;
    words := {schema}.obscore_region_text(b, 0, length(b), 0, dali);
  ELSIF all_types THEN
    FOREACH part IN ARRAY string_to_array(region, ':') LOOP
      b := {schema}.obscore_bytes(part);
      IF b IS NULL THEN RETURN NULL; END IF;
      IF get_byte(b, 0) = 117 THEN
        texts := texts || {schema}.obscore_operands_text(b, 0, length(b), 0, dali);
      ELSE
        texts := texts || {schema}.obscore_region_text(b, 0, length(b), 0, dali);
      END IF;
    END LOOP;
    words := {schema}.obscore_compound_text(117, texts);
  END IF;
  RETURN left(words, strpos(words, ' ')) || 'ICRS' || substr(words, strpos(words, ' '));
END
$$;

-- A convex polygon in the syntax of pgSphere's spoly, in radians and stored order.
CREATE OR REPLACE FUNCTION {schema}.obscore_spoly(region text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
  b bytea := {schema}.obscore_bytes(region);
  x float8; y float8; z float8;
  points text := '';
BEGIN
  IF octet_length(region) > 1048576 OR b IS NULL OR get_byte(b, 0) <> 112
     OR length(b) < 73 OR length(b) % 24 <> 1 THEN
    RETURN NULL;
  END IF;
  FOR i IN 0..length(b) / 24 - 1 LOOP
    x := {schema}.obscore_component(b, 24 * i + 1);
    y := {schema}.obscore_component(b, 24 * i + 9);
    z := {schema}.obscore_component(b, 24 * i + 17);
    IF abs(x * x + y * y + z * z - 1) <= 1e-6 THEN
      points := points || ',(' || {schema}.obscore_longitude(x, y)
                       || ',' || {schema}.obscore_latitude(x, y, z) || ')';
    ELSE
      RETURN NULL;
    END IF;
  END LOOP;
  RETURN '{' || substr(points, 2) || '}';
END
$$;

-- The centre of the bounding circle in the syntax of pgSphere's spoint, in radians.
CREATE OR REPLACE FUNCTION {schema}.obscore_spoint(region text, all_types boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 AS $$
DECLARE
  c float8[] := {schema}.obscore_circle(region, all_types);
  x float8 := c[1];
  y float8 := c[2];
  z float8 := c[3];
BEGIN
  RETURN '(' || {schema}.obscore_longitude(x, y) || ',' || {schema}.obscore_latitude(x, y, z) || ')';
END
$$;
