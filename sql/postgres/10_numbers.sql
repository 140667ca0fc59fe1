-- Numbers of an encoded region, and of ObsCore's text.
-- Functions of one expression are written in SQL, so that PostgreSQL inlines them.

-- The bytes of one base64 text; NULL for what is not base64, where decode() would raise an error.
CREATE OR REPLACE FUNCTION {schema}.obscore_bytes(part text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN length(part) % 4 = 0 AND part ~ '^[A-Za-z0-9+/]+={0,2}$' THEN decode(part, 'base64')
  END
$$;

-- The component of a unit vector at byte k: a little-endian double. Below 2^-127 it counts as zero;
-- from 2 on, infinity and NaN included, it is NULL.
CREATE OR REPLACE FUNCTION {schema}.obscore_component(b bytea, k integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN get_byte(b, k + 7) & 127 BETWEEN 56 AND 63 THEN
      ( ((get_byte(b, k + 6) & 15) + 16) * 281474976710656::float8
      + ((get_byte(b, k + 5) << 16) | (get_byte(b, k + 4) << 8) | get_byte(b, k + 3)) * 16777216::float8
      + ((get_byte(b, k + 2) << 16) | (get_byte(b, k + 1) << 8) | get_byte(b, k)) )
      * power(2::float8, (((get_byte(b, k + 7) & 127) << 4) | (get_byte(b, k + 6) >> 4)) - 1075)
      * (1 - (get_byte(b, k + 7) >> 7) * 2)
    WHEN get_byte(b, k + 7) < 56 THEN 0::float8
    WHEN get_byte(b, k + 7) BETWEEN 128 AND 183 THEN '-0'::float8
  END
$$;

-- The same for angles, whose limit is 2^17.
CREATE OR REPLACE FUNCTION {schema}.obscore_number(b bytea, k integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN get_byte(b, k + 7) & 127 = 64 THEN
      ( ((get_byte(b, k + 6) & 15) + 16) * 281474976710656::float8
      + ((get_byte(b, k + 5) << 16) | (get_byte(b, k + 4) << 8) | get_byte(b, k + 3)) * 16777216::float8
      + ((get_byte(b, k + 2) << 16) | (get_byte(b, k + 1) << 8) | get_byte(b, k)) )
      * power(2::float8, (1024 | (get_byte(b, k + 6) >> 4)) - 1075)
      * (1 - (get_byte(b, k + 7) >> 7) * 2)
    ELSE {schema}.obscore_component(b, k)
  END
$$;

-- Millionths of a positive number below 512, rounded exactly, ties to even: n is the number times
-- 2^30 · 15625 rounded down, of which 2^24 make a millionth.
CREATE OR REPLACE FUNCTION {schema}.obscore_micro(x double precision) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  u float8 := x * 1073741824;
  f float8 := (u - trunc(u)) * 15625;
  n bigint := trunc(u)::bigint * 15625 + trunc(f)::bigint;
BEGIN
  RETURN (n + 8388607 + CASE WHEN f > trunc(f) THEN 1 ELSE (n >> 24) & 1 END) >> 24;
END
$$;

-- Degrees with six decimals, as Python's f"{x:.6f}". Floating-point rounding is right unless the
-- number is very near a tie.
CREATE OR REPLACE FUNCTION {schema}.obscore_decimal(x double precision) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN x < 0 OR x = 0 AND x::text = '-0' THEN '-' ELSE '' END
    || (CASE WHEN abs(abs(x) * 1e6 - floor(abs(x) * 1e6) - 0.5) > 1e-4 THEN round(abs(x) * 1e6)::bigint
             ELSE {schema}.obscore_micro(abs(x)) END * 0.000001)::text
$$;

-- Longitude of a direction in radians, from 0 to 2π.
CREATE OR REPLACE FUNCTION {schema}.obscore_longitude(x double precision, y double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN x = 0 AND y = 0 THEN 0::float8
    WHEN atan2(y, x) < 0 THEN atan2(y, x) + 6.283185307179586::float8
    ELSE atan2(y, x)
  END
$$;

-- Latitude of a direction in radians.
CREATE OR REPLACE FUNCTION {schema}.obscore_latitude(
  x double precision, y double precision, z double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN z = 0 THEN 0::float8 ELSE atan2(z, sqrt(x * x + y * y)) END
$$;

-- A square that does not underflow, which would be an error.
CREATE OR REPLACE FUNCTION {schema}.obscore_square(x double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN abs(x) < 1e-150 THEN 0::float8 ELSE x * x END
$$;

-- Unit vector and length of a vector, {x, y, z, length}; NULL when it is too short for a direction.
-- Divides by the largest component first, as lsst.sphgeom does.
CREATE OR REPLACE FUNCTION {schema}.obscore_unit(
  x double precision, y double precision, z double precision) RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  m float8 := greatest(abs(x), abs(y), abs(z));
  n float8;
BEGIN
  IF m < 1e-90 THEN RETURN NULL; END IF;
  x := CASE WHEN abs(x) < 1e-100 THEN 0 ELSE x / m END;
  y := CASE WHEN abs(y) < 1e-100 THEN 0 ELSE y / m END;
  z := CASE WHEN abs(z) < 1e-100 THEN 0 ELSE z / m END;
  n := sqrt(1 + CASE WHEN abs(x) = 1 THEN y * y + z * z
                     WHEN abs(y) = 1 THEN x * x + z * z
                     ELSE x * x + y * y END);
  RETURN ARRAY[x / n, y / n, z / n, n * m];
END
$$;

-- Unit vector at a longitude and latitude in radians.
CREATE OR REPLACE FUNCTION {schema}.obscore_direction(lon double precision, lat double precision)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY[cos(lon) * cos(lat), sin(lon) * cos(lat), sin(lat)]
$$;
