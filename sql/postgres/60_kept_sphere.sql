-- What the strategy `ingest` keeps of a region for pgSphere. Its types refuse some polygons with an
-- error: NULL then.

CREATE OR REPLACE FUNCTION {schema}.obscore_kept_sphere(
  region text, all_types boolean, OUT pgs_region spoly, OUT pgs_center spoint)
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  -- The assignments convert the texts.
  pgs_center := {schema}.obscore_spoint(region, all_types);
  pgs_region := {schema}.obscore_spoly(region);
EXCEPTION WHEN OTHERS THEN
  pgs_region := NULL;
END
$$;
