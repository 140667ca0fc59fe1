-- Places on the sky: what functions that find images by place are made of.
-- A shape is {x, y, z, angle}, a circle by its centre and radius in radians; a polygon has the unit vectors
-- of its corners behind that of the circle around it, counter-clockwise seen from outside the sphere.
-- Corners of a polygon are {x, y, z, x, y, z, …} in the same order.

-- A shape of degrees: {ra, dec, radius} is a circle; {ra, dec, ra, dec, ra, dec, …} a convex polygon, in
-- either order, whose first corner may be repeated at the end.
CREATE OR REPLACE FUNCTION {schema}.obscore_shape(degrees double precision[]) RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  numbers integer := cardinality(degrees);
  corners float8[] := '{}';
  center float8[];
  p float8[];
  q float8[];
  n integer := 0;
  x float8 := 0; y float8 := 0; z float8 := 0;
  nx float8; ny float8; nz float8;
  side float8; least_side float8 := 0; most_side float8 := 0;
  radius float8 := 0;
  turned float8[] := '{}';
BEGIN
  IF array_ndims(degrees) IS DISTINCT FROM 1 OR numbers <> 3 AND (numbers < 6 OR numbers % 2 = 1) THEN
    RAISE EXCEPTION 'a shape has 3 numbers, or 6 and more of an even number' USING
      ERRCODE = '22023', HINT = 'ARRAY[ra, dec, radius] or ARRAY[ra, dec, ra, dec, ra, dec, ...], in degrees';
  END IF;
  IF array_position(degrees, NULL) IS NOT NULL THEN RETURN NULL; END IF;
  IF array_position(degrees, 'NaN') IS NOT NULL OR array_position(degrees, 'Infinity') IS NOT NULL
     OR array_position(degrees, '-Infinity') IS NOT NULL THEN
    RAISE EXCEPTION 'a place on the sky has finite numbers' USING ERRCODE = '22023';
  END IF;
  degrees := degrees[:];
  FOR i IN 1..CASE numbers WHEN 3 THEN 1 ELSE numbers / 2 END LOOP
    IF NOT degrees[2 * i] BETWEEN -90 AND 90 THEN
      RAISE EXCEPTION 'a declination is between -90 and 90 degrees, not %', degrees[2 * i]
        USING ERRCODE = '22023';
    END IF;
    p := {schema}.obscore_direction(radians(degrees[2 * i - 1]), radians(degrees[2 * i]));
    -- Corners that are the same are one.
    IF n = 0 OR abs(p[1] - q[1]) + abs(p[2] - q[2]) + abs(p[3] - q[3]) > 1e-13 THEN
      corners := corners || p;
      n := n + 1;
      q := p;
    END IF;
  END LOOP;
  IF numbers = 3 THEN
    IF NOT degrees[3] BETWEEN 0 AND 180 THEN
      RAISE EXCEPTION 'a radius is between 0 and 180 degrees, not %', degrees[3] USING ERRCODE = '22023';
    END IF;
    RETURN corners || radians(degrees[3]);
  END IF;
  IF abs(corners[1] - q[1]) + abs(corners[2] - q[2]) + abs(corners[3] - q[3]) <= 1e-13 THEN
    n := n - 1;
    corners := corners[1:3 * n];
  END IF;
  FOR i IN 0..n - 1 LOOP
    x := x + corners[3 * i + 1]; y := y + corners[3 * i + 2]; z := z + corners[3 * i + 3];
  END LOOP;
  center := {schema}.obscore_unit(x, y, z);
  IF n < 3 OR center IS NULL THEN
    RAISE EXCEPTION 'a polygon has three corners or more, and is smaller than a hemisphere'
      USING ERRCODE = '22023';
  END IF;
  q := corners[3 * n - 2:3 * n];
  FOR i IN 0..n - 1 LOOP
    p := corners[3 * i + 1:3 * i + 3];
    radius := greatest(radius, {schema}.obscore_separation(center, p));
    nx := (p[2] + q[2]) * (p[3] - q[3]) - (p[3] + q[3]) * (p[2] - q[2]);
    ny := (p[3] + q[3]) * (p[1] - q[1]) - (p[1] + q[1]) * (p[3] - q[3]);
    nz := (p[1] + q[1]) * (p[2] - q[2]) - (p[2] + q[2]) * (p[1] - q[1]);
    x := sqrt(nx * nx + ny * ny + nz * nz);
    FOR j IN 0..n - 1 LOOP
      side := (nx * corners[3 * j + 1] + ny * corners[3 * j + 2] + nz * corners[3 * j + 3]) / nullif(x, 0);
      least_side := least(least_side, side);
      most_side := greatest(most_side, side);
    END LOOP;
    q := p;
  END LOOP;
  IF radius >= 1.57 THEN
    RAISE EXCEPTION 'a polygon is smaller than a hemisphere' USING ERRCODE = '22023';
  ELSIF least_side < -1e-12 AND most_side > 1e-12 THEN
    RAISE EXCEPTION 'the polygon is not convex' USING
      ERRCODE = '22023', HINT = 'divide it into convex ones, and unite (UNION) what is found in each';
  ELSIF most_side - least_side <= 1e-12 THEN
    RAISE EXCEPTION 'the polygon has no area' USING ERRCODE = '22023';
  END IF;
  IF least_side < -1e-12 THEN
    FOR i IN REVERSE n - 1..0 LOOP
      turned := turned || corners[3 * i + 1:3 * i + 3];
    END LOOP;
    corners := turned;
  END IF;
  RETURN center[1:3] || (radius + 1e-12) || corners;
END
$$;

-- Whether a position in degrees is in a circle.
CREATE OR REPLACE FUNCTION {schema}.obscore_near(
  ra double precision, declination double precision, shape double precision[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN abs(ra) < 1e6 AND abs(declination) < 1e6 THEN
    {schema}.obscore_separation(
      {schema}.obscore_direction(radians(ra), radians(declination)), shape) <= shape[4] + 1e-14
  ELSE FALSE END
$$;

-- The trixels of level 7 of the Hierarchical Triangular Mesh that may touch a shape, as ranges of indices
-- with both ends; inside says that those of a range are in the shape as a whole. Large shapes have coarse edges.
CREATE OR REPLACE FUNCTION {schema}.obscore_trixels(
  shape double precision[], OUT first bigint, OUT last bigint, OUT inside boolean) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT ROWS 50 AS $$
DECLARE
  -- As wide as lsst.sphgeom's, which errs by the root of the last digits of squared chords.
  margin CONSTANT float8 := 1.5e-7;
  x float8 := shape[1]; y float8 := shape[2]; z float8 := shape[3];
  r float8 := shape[4];
  around float8 := r + margin;
  sine float8 := CASE WHEN around >= 1.5 THEN 2 ELSE sin(around) END;
  -- Regions may be stored with trixels that they only nearly touch.
  within float8 := 2 * sin(greatest(r - 1e-7, 0) / 2);
  edges integer := cardinality(shape) / 3 - 1;
  normals float8[] := '{}';
  deepest integer := CASE WHEN r < 0.07 THEN 7 WHEN r < 0.2 THEN 6 WHEN r < 0.5 THEN 5 ELSE 4 END;
  -- Triangles to look at: level and index, corners.
  levels integer[] := ARRAY[0, 0, 0, 0, 0, 0, 0, 0];
  indices bigint[] := ARRAY[15, 14, 13, 12, 11, 10, 9, 8];
  corners float8[] := ARRAY[
    0, 1, 0, 0, 0, 1, 1, 0, 0,     -1, 0, 0, 0, 0, 1, 0, 1, 0,
    0, -1, 0, 0, 0, 1, -1, 0, 0,   1, 0, 0, 0, 0, 1, 0, -1, 0,
    0, -1, 0, 0, 0, -1, 1, 0, 0,   -1, 0, 0, 0, 0, -1, 0, -1, 0,
    0, 1, 0, 0, 0, -1, -1, 0, 0,   1, 0, 0, 0, 0, -1, 0, 1, 0];
  top integer := 8;
  level integer;
  index bigint;
  k integer;
  j integer;
  whole boolean;
  ux float8; uy float8; uz float8; vx float8; vy float8; vz float8; wx float8; wy float8; wz float8;
  px float8; py float8; pz float8; qx float8; qy float8; qz float8; sx float8; sy float8; sz float8;
  m float8; d float8;
BEGIN
  IF cardinality(shape) > 4 THEN
    FOR i IN 0..edges - 1 LOOP
      k := 4 + 3 * i;
      j := 4 + 3 * ((i + 1) % edges);
      ux := shape[k + 1]; uy := shape[k + 2]; uz := shape[k + 3];
      vx := shape[j + 1]; vy := shape[j + 2]; vz := shape[j + 3];
      px := (vy + uy) * (vz - uz) - (vz + uz) * (vy - uy);
      py := (vz + uz) * (vx - ux) - (vx + ux) * (vz - uz);
      pz := (vx + ux) * (vy - uy) - (vy + uy) * (vx - ux);
      m := sqrt(px * px + py * py + pz * pz);
      normals := normals || ARRAY[px / m, py / m, pz / m];
    END LOOP;
  ELSE
    edges := 0;
  END IF;
  <<triangles>>
  WHILE top > 0 LOOP
    level := levels[top];
    index := indices[top];
    k := 9 * (top - 1);
    ux := corners[k + 1]; uy := corners[k + 2]; uz := corners[k + 3];
    vx := corners[k + 4]; vy := corners[k + 5]; vz := corners[k + 6];
    wx := corners[k + 7]; wy := corners[k + 8]; wz := corners[k + 9];
    top := top - 1;
    -- Beyond an edge; an edge of level n is shorter than 3 / 2^n.
    d := -sine * least(1, 3.0 / (1 << level));
    IF x * (uy * vz - uz * vy) + y * (uz * vx - ux * vz) + z * (ux * vy - uy * vx) < d
       OR x * (vy * wz - vz * wy) + y * (vz * wx - vx * wz) + z * (vx * wy - vy * wx) < d
       OR x * (wy * uz - wz * uy) + y * (wz * ux - wx * uz) + z * (wx * uy - wy * ux) < d THEN
      CONTINUE;
    END IF;
    d := greatest((x - ux) * (x - ux) + (y - uy) * (y - uy) + (z - uz) * (z - uz),
                  (x - vx) * (x - vx) + (y - vy) * (y - vy) + (z - vz) * (z - vz),
                  (x - wx) * (x - wx) + (y - wy) * (y - wy) + (z - wz) * (z - wz));
    -- Circles that are no larger than a hemisphere are convex.
    whole := CASE WHEN r < 1.57 THEN sqrt(d) < within ELSE r >= pi() END;
    IF NOT whole OR edges > 0 THEN
      -- Farther from the middle than both circles reach.
      px := ux + vx + wx; py := uy + vy + wy; pz := uz + vz + wz;
      m := sqrt(px * px + py * py + pz * pz);
      px := px / m; py := py / m; pz := pz / m;
      d := greatest((px - ux) * (px - ux) + (py - uy) * (py - uy) + (pz - uz) * (pz - uz),
                    (px - vx) * (px - vx) + (py - vy) * (py - vy) + (pz - vz) * (pz - vz),
                    (px - wx) * (px - wx) + (py - wy) * (py - wy) + (pz - wz) * (pz - wz));
      d := 2 * asin(least(1, sqrt(d) / 2));
      m := 2 * asin(least(1, sqrt((x - px) * (x - px) + (y - py) * (y - py) + (z - pz) * (z - pz)) / 2));
      IF m > around + d THEN CONTINUE; END IF;
      whole := whole OR r >= 1.57 AND m + d < r - 1e-7;
    END IF;
    IF edges > 0 THEN
      whole := TRUE;
      FOR i IN 0..edges - 1 LOOP
        px := normals[3 * i + 1]; py := normals[3 * i + 2]; pz := normals[3 * i + 3];
        d := px * ux + py * uy + pz * uz;
        m := px * vx + py * vy + pz * vz;
        qx := px * wx + py * wy + pz * wz;
        IF d < -margin AND m < -margin AND qx < -margin THEN CONTINUE triangles; END IF;
        whole := whole AND d > 1e-7 AND m > 1e-7 AND qx > 1e-7;
      END LOOP;
    END IF;
    IF whole OR level >= deepest THEN
      -- Indices ascend.
      IF last + 1 = index << (14 - 2 * level) AND inside = whole THEN
        last := ((index + 1) << (14 - 2 * level)) - 1;
      ELSE
        IF first IS NOT NULL THEN RETURN NEXT; END IF;
        first := index << (14 - 2 * level);
        last := ((index + 1) << (14 - 2 * level)) - 1;
        inside := whole;
      END IF;
      CONTINUE;
    END IF;
    -- The middles of the edges: p of v and w, q of w and u, s of u and v.
    px := vx + wx; py := vy + wy; pz := vz + wz;
    m := sqrt(px * px + py * py + pz * pz);
    px := px / m; py := py / m; pz := pz / m;
    qx := wx + ux; qy := wy + uy; qz := wz + uz;
    m := sqrt(qx * qx + qy * qy + qz * qz);
    qx := qx / m; qy := qy / m; qz := qz / m;
    sx := ux + vx; sy := uy + vy; sz := uz + vz;
    m := sqrt(sx * sx + sy * sy + sz * sz);
    sx := sx / m; sy := sy / m; sz := sz / m;
    corners[k + 1:k + 36] := ARRAY[
      px, py, pz, qx, qy, qz, sx, sy, sz,   wx, wy, wz, qx, qy, qz, px, py, pz,
      vx, vy, vz, px, py, pz, sx, sy, sz,   ux, uy, uz, sx, sy, sz, qx, qy, qz];
    FOR i IN 1..4 LOOP
      levels[top + i] := level + 1;
      indices[top + i] := 4 * index + 4 - i;
    END LOOP;
    top := top + 4;
  END LOOP;
  IF first IS NOT NULL THEN RETURN NEXT; END IF;
END
$$;

-- Whether a convex polygon and a circle share a place.
CREATE OR REPLACE FUNCTION {schema}.obscore_polygon_meets_circle(
  v double precision[], circle double precision[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  touching CONSTANT float8 := 1e-14;
  x float8 := circle[1]; y float8 := circle[2]; z float8 := circle[3];
  r float8 := circle[4] + touching;
  chord float8 := CASE WHEN r >= pi() THEN 5 ELSE 4 * sin(r / 2) * sin(r / 2) END;
  n integer := cardinality(v) / 3;
  px float8; py float8; pz float8;     -- the corner an edge comes from
  qx float8; qy float8; qz float8;     -- and the one it goes to
  nx float8; ny float8; nz float8;
  m float8; side float8;
  holds boolean := TRUE;
BEGIN
  FOR i IN 0..n - 1 LOOP
    qx := v[3 * i + 1] - x; qy := v[3 * i + 2] - y; qz := v[3 * i + 3] - z;
    IF qx * qx + qy * qy + qz * qz <= chord THEN RETURN TRUE; END IF;
  END LOOP;
  px := v[3 * n - 2]; py := v[3 * n - 1]; pz := v[3 * n];
  FOR i IN 0..n - 1 LOOP
    qx := v[3 * i + 1]; qy := v[3 * i + 2]; qz := v[3 * i + 3];
    nx := (qy + py) * (qz - pz) - (qz + pz) * (qy - py);
    ny := (qz + pz) * (qx - px) - (qx + px) * (qz - pz);
    nz := (qx + px) * (qy - py) - (qy + py) * (qx - px);
    m := sqrt(nx * nx + ny * ny + nz * nz);
    side := nx * x + ny * y + nz * z;
    IF side < -touching * m THEN
      holds := FALSE;
      -- Nearest to a place between the corners.
      IF (ny * pz - nz * py) * x + (nz * px - nx * pz) * y + (nx * py - ny * px) * z > 0
         AND (qy * nz - qz * ny) * x + (qz * nx - qx * nz) * y + (qx * ny - qy * nx) * z > 0
         AND (r >= 1.5707963267948966 OR -side <= sin(r) * m) THEN
        RETURN TRUE;
      END IF;
    END IF;
    px := qx; py := qy; pz := qz;
  END LOOP;
  RETURN holds;
END
$$;

-- Whether convex polygons share a place: no edge of one has the other beyond it.
CREATE OR REPLACE FUNCTION {schema}.obscore_polygons_meet(v double precision[], w double precision[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  touching CONSTANT float8 := 1e-14;
  a float8[] := v;
  b float8[] := w;
  px float8; py float8; pz float8; qx float8; qy float8; qz float8;
  nx float8; ny float8; nz float8; m float8;
  n integer;
  others integer;
  beyond boolean;
BEGIN
  FOR pass IN 1..2 LOOP
    n := cardinality(a) / 3;
    others := cardinality(b) / 3;
    px := a[3 * n - 2]; py := a[3 * n - 1]; pz := a[3 * n];
    FOR i IN 0..n - 1 LOOP
      qx := a[3 * i + 1]; qy := a[3 * i + 2]; qz := a[3 * i + 3];
      nx := (qy + py) * (qz - pz) - (qz + pz) * (qy - py);
      ny := (qz + pz) * (qx - px) - (qx + px) * (qz - pz);
      nz := (qx + px) * (qy - py) - (qy + py) * (qx - px);
      m := -touching * sqrt(nx * nx + ny * ny + nz * nz);
      beyond := TRUE;
      FOR j IN 0..others - 1 LOOP
        IF nx * b[3 * j + 1] + ny * b[3 * j + 2] + nz * b[3 * j + 3] >= m THEN
          beyond := FALSE;
          EXIT;
        END IF;
      END LOOP;
      IF beyond THEN RETURN FALSE; END IF;
      px := qx; py := qy; pz := qz;
    END LOOP;
    a := w;
    b := v;
  END LOOP;
  RETURN TRUE;
END
$$;

-- The corners of an encoded polygon; an array without elements when corrupt.
CREATE OR REPLACE FUNCTION {schema}.obscore_corners(b bytea, first integer, last integer)
RETURNS double precision[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  n integer := (last - first) / 24;
  v float8[] := '{}';
  x float8; y float8; z float8;
BEGIN
  IF last - first < 73 OR (last - first) % 24 <> 1 THEN RETURN '{}'; END IF;
  FOR i IN 0..n - 1 LOOP
    x := {schema}.obscore_component(b, first + 24 * i + 1);
    y := {schema}.obscore_component(b, first + 24 * i + 9);
    z := {schema}.obscore_component(b, first + 24 * i + 17);
    IF (abs(x * x + y * y + z * z - 1) <= 1e-6) IS NOT TRUE THEN RETURN '{}'; END IF;
    v[3 * i + 1] := x; v[3 * i + 2] := y; v[3 * i + 3] := z;
  END LOOP;
  RETURN v;
END
$$;

-- The angle between a direction and a box of longitudes [w, e] and latitudes [s, n].
CREATE OR REPLACE FUNCTION {schema}.obscore_box_distance(
  direction double precision[], w double precision, e double precision, s double precision, n double precision)
RETURNS double precision
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  lon float8 := {schema}.obscore_longitude(direction[1], direction[2]);
  lat float8 := {schema}.obscore_latitude(direction[1], direction[2], direction[3]);
  d float8 := pi();
  side float8;
BEGIN
  IF w <= e AND lon BETWEEN w AND e OR w > e AND (lon >= w OR lon <= e) THEN
    RETURN greatest(s - lat, lat - n, 0);
  END IF;
  -- A side is nearest at an end or, before the middle of the sphere, at the foot of the perpendicular.
  FOREACH side IN ARRAY ARRAY[w, e] LOOP
    lat := atan2(direction[3], direction[1] * cos(side) + direction[2] * sin(side));
    d := least(d,
      {schema}.obscore_separation(direction, {schema}.obscore_direction(side, s)),
      {schema}.obscore_separation(direction, {schema}.obscore_direction(side, n)),
      CASE WHEN lat BETWEEN s AND n
           THEN {schema}.obscore_separation(direction, {schema}.obscore_direction(side, lat)) END);
  END LOOP;
  RETURN d;
END
$$;

-- Whether an encoded region and a shape share a place; NULL when corrupt. Boxes and ellipses are taken for
-- the circles around them where the shape is a polygon, ellipses also where it is a circle that is more
-- than a point; and of the parts of an intersection each must share a place with the shape.
CREATE OR REPLACE FUNCTION {schema}.obscore_bytes_meet(
  b bytea, first integer, last integer, depth integer, shape double precision[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  code integer;
  v float8[];
  k integer;
  stop integer;
  one boolean;
  found boolean;
BEGIN
  IF first >= last OR depth > 16 THEN RETURN NULL; END IF;
  code := get_byte(b, first);
  IF code = 112 THEN
    v := {schema}.obscore_corners(b, first, last);
    IF cardinality(v) = 0 THEN RETURN NULL; END IF;
    IF NOT {schema}.obscore_polygon_meets_circle(v, shape) THEN RETURN FALSE; END IF;
    RETURN cardinality(shape) = 4 OR {schema}.obscore_polygons_meet(v, shape[5:]);
  ELSIF code IN (117, 105) THEN
    found := code = 105;
    k := first + 1;
    WHILE k < last LOOP
      stop := {schema}.obscore_operand_end(b, k, last);
      IF stop IS NULL THEN RETURN NULL; END IF;
      one := {schema}.obscore_bytes_meet(b, k + 8, stop, depth + 1, shape);
      IF one IS NULL THEN RETURN NULL; END IF;
      found := CASE code WHEN 117 THEN found OR one ELSE found AND one END;
      k := stop;
    END LOOP;
    RETURN found;
  END IF;
  v := {schema}.obscore_leaf(b, first, last);
  IF cardinality(v) = 0 THEN RETURN NULL; END IF;
  IF code = 98 AND (v[1] = 'NaN' OR v[3] > v[4]) THEN RETURN FALSE; END IF;
  IF code = 98 AND cardinality(shape) = 4 THEN
    RETURN {schema}.obscore_box_distance(shape, v[1], v[2], v[3], v[4]) <= shape[4] + 1e-14;
  END IF;
  IF code = 101 AND 1.5707963267948966 + v[10] < v[12] THEN RETURN FALSE; END IF;
  IF code = 101 AND cardinality(shape) = 4 AND shape[4] = 0 THEN
    RETURN {schema}.obscore_ellipse_holds(v, shape);
  END IF;
  v := {schema}.obscore_region_circle(b, first, last, 0);
  RETURN v[4] >= 0 AND CASE
    WHEN v[4] >= 4 THEN TRUE
    WHEN cardinality(shape) = 4 THEN {schema}.obscore_separation(v, shape) <= v[5] + shape[4] + 1e-14
    ELSE {schema}.obscore_polygon_meets_circle(shape[5:], v[1:3] || v[5])
  END;
END
$$;

-- Whether a direction is in an ellipse that is not empty.
CREATE OR REPLACE FUNCTION {schema}.obscore_ellipse_holds(v double precision[], direction double precision[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  x float8 := v[1] * direction[1] + v[2] * direction[2] + v[3] * direction[3];
  y float8 := v[4] * direction[1] + v[5] * direction[2] + v[6] * direction[3];
  z float8 := v[7] * direction[1] + v[8] * direction[2] + v[9] * direction[3];
BEGIN
  x := x * tan(v[10]);
  y := y * tan(v[11]);
  IF 1.5707963267948966 - v[10] <= v[12] THEN RETURN TRUE; END IF;
  IF v[10] > 0 THEN
    RETURN z >= 0 OR {schema}.obscore_square(x) + {schema}.obscore_square(y) >= {schema}.obscore_square(z);
  END IF;
  RETURN z >= 0 AND {schema}.obscore_square(x) + {schema}.obscore_square(y) <= {schema}.obscore_square(z);
END
$$;

-- Whether the region of a column's text and a shape share a place; with all_types false only convex
-- polygons do. Several texts joined by a colon are their union.
CREATE OR REPLACE FUNCTION {schema}.obscore_region_meets(
  region text, all_types boolean, shape double precision[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
  b bytea;
  part text;
  one boolean;
  found boolean := FALSE;
BEGIN
  IF octet_length(region) > 1048576 OR region = '' THEN RETURN FALSE; END IF;
  IF strpos(region, ':') = 0 THEN
    b := {schema}.obscore_bytes(region);
    IF b IS NULL OR NOT all_types AND get_byte(b, 0) <> 112 THEN RETURN FALSE; END IF;
    RETURN coalesce({schema}.obscore_bytes_meet(b, 0, length(b), 0, shape), FALSE);
  END IF;
  IF all_types THEN
    FOREACH part IN ARRAY string_to_array(region, ':') LOOP
      b := {schema}.obscore_bytes(part);
      one := {schema}.obscore_bytes_meet(b, 0, length(b), 0, shape);
      IF one IS NULL THEN RETURN FALSE; END IF;
      found := found OR one;
    END LOOP;
  END IF;
  RETURN found;
END
$$;

-- Whether the centre of the region of a column's text, as s_ra and s_dec tell it, is in a circle.
CREATE OR REPLACE FUNCTION {schema}.obscore_region_centred(
  region text, all_types boolean, shape double precision[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT COST 1000 AS $$
DECLARE
  c float8[] := {schema}.obscore_circle(region, all_types);
BEGIN
  RETURN coalesce({schema}.obscore_separation(c, shape) <= shape[4] + 1e-14, FALSE);
END
$$;
