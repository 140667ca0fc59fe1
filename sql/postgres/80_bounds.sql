-- For an index on a table of regions: the box of longitudes (x) and latitudes (y), in degrees, around the
-- region of a column's text. One that would cross longitude 0 has all longitudes; text that is corrupt or
-- holds no direction has the whole sky. It never raises an error, as an index must not stop who stores
-- the region, and calls the others with its owner's rights, as who stores it need have none on this schema.
-- Not parallel, as it catches exceptions. Dear, so that only an index answers with it.
CREATE OR REPLACE FUNCTION {schema}.obscore_bounds(region text) RETURNS box
LANGUAGE plpgsql IMMUTABLE STRICT SECURITY DEFINER COST 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c float8[];
  lon float8;
  lat float8;
  radius float8;
  half float8 := 360;
BEGIN
  c := {schema}.obscore_circle(region, TRUE);
  lon := {schema}.obscore_longitude(c[1], c[2]) * 57.29577951308232;
  lat := {schema}.obscore_latitude(c[1], c[2], c[3]) * 57.29577951308232;
  -- A stored circle has its radius twice, as an angle and as a chord.
  radius := greatest(c[5], 2 * asin(sqrt(least(c[4], 4)) / 2)) * 57.29577951308232 + 1e-5;
  IF (abs(lat) + lon + radius < 1e6) IS NOT TRUE THEN
    RETURN box(point(0, -90), point(360, 90));
  END IF;
  IF abs(lat) + radius < 89.99 THEN
    half := asind(sind(radius) / cosd(lat)) + 1e-5;
  END IF;
  IF lon - half < 0 OR lon + half > 360 THEN
    RETURN box(point(0, lat - radius), point(360, lat + radius));
  END IF;
  RETURN box(point(lon - half, lat - radius), point(lon + half, lat + radius));
EXCEPTION WHEN OTHERS THEN
  RETURN box(point(0, -90), point(360, 90));
END
$$;
