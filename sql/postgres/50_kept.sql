-- What the strategy `ingest` keeps of a region, all at once. Whatever goes wrong, all is NULL: a
-- trigger that keeps it must not stop who stores the region. Not parallel: it catches exceptions.

CREATE OR REPLACE FUNCTION {schema}.obscore_kept(
  region text, all_types boolean, dali boolean,
  OUT s_region text, OUT s_ra double precision, OUT s_dec double precision, OUT s_fov double precision)
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c float8[] := {schema}.obscore_circle(region, all_types);
  x float8 := c[1];
  y float8 := c[2];
  z float8 := c[3];
  angle float8 := c[5];
BEGIN
  s_ra := {schema}.obscore_longitude(x, y) * 57.29577951308232;
  s_dec := {schema}.obscore_latitude(x, y, z) * 57.29577951308232;
  s_fov := CASE WHEN angle > pi() THEN pi() ELSE angle END * 57.29577951308232 * 2;
  s_region := {schema}.obscore_s_region(region, all_types, dali);
EXCEPTION WHEN OTHERS THEN
  SELECT NULL, NULL, NULL, NULL INTO s_region, s_ra, s_dec, s_fov;
END
$$;
