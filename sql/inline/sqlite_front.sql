  octet(d, digits) AS (
    SELECT 0, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    UNION ALL SELECT d + 1, digits FROM octet WHERE d < 7),
  -- The base64 texts t, of n bytes.
  part(i, t, n, bad) AS (
    SELECT key, value, length(value) / 4 * 3 - (value LIKE '%=') - (value LIKE '%=='),
      value = '' OR length(value) % 4 <> 0 OR value GLOB '*=[^=]*' OR value LIKE '%==='
    FROM (SELECT {region} AS r), json_each(CASE
      WHEN typeof(r) = 'text' AND length(CAST(r AS BLOB)) = length(r) AND length(r) BETWEEN 1 AND 1048576 AND r NOT GLOB '*[^A-Za-z0-9+/=:]*'{polygons}
      THEN '["' || replace(r, ':', '","') || '"]' END)),
  -- Regions at bytes first to last; p = 112, c = 99, b = 98, e = 101, u = 117, i = 105.
  -- op is the kind of the compound around it, which ends at stop; all parts are in a union.
  node(i, t, bad, first, last, stop, op, depth, code) AS (
    SELECT i, t, bad, 0, n, n, 117, 0, {u64:0} & 255 FROM part
    UNION ALL
    SELECT i, t, bad, iif(down, first + 9, last + 8), iif(down, first + 9, last + 8) + {u64:iif(down, first + 1, last)},
      iif(down, last, stop), iif(down, code, op), depth + down, {u64:iif(down, first + 9, last + 8)} & 255
    FROM node CROSS JOIN (SELECT 0 AS down UNION ALL SELECT 1)
    WHERE last BETWEEN first + 1 AND stop AND iif(down, code IN (117, 105) AND depth < 16 AND last > first + 1, last < stop)),
  -- The doubles of simple regions; one row for compounds.
  cell(i, t, bad, first, last, op, code, j) AS (
    SELECT i, t, bad OR (last BETWEEN first + 1 AND stop AND CASE code
        WHEN 112 THEN last - first > 72 AND (last - first) % 24 = 1
        WHEN 99 THEN last - first = 41
        WHEN 98 THEN last - first = 33
        WHEN 101 THEN last - first = 113
        WHEN 117 THEN depth < 16
        WHEN 105 THEN depth < 16 END) IS NOT TRUE, first, last, op, code, 0
    FROM node
    UNION ALL
    SELECT i, t, bad, first, last, op, code, j + 1 FROM cell
    WHERE NOT bad AND code NOT IN (117, 105) AND first + 8 * j + 17 <= last),
  word(i, bad, first, last, op, code, j, u) AS MATERIALIZED (
    SELECT i, bad, first, last, op, code, j, {u64:(first + 8 * j + 1)} FROM cell),
  -- As reals: below 2^-127 zero, and NULL from 2 on in unit vectors, from 2^17 on elsewhere.
  real(i, bad, first, last, op, code, j, v) AS (
    SELECT i, bad, first, last, op, code, j,
      CASE
        WHEN (u >> 52) & 2047 < 896 THEN 0.0 * (1 - (u < 0) * 2)
        WHEN (u >> 52) & 2047 < iif(j < CASE code WHEN 112 THEN last WHEN 99 THEN 3 WHEN 101 THEN 9 ELSE 0 END, 1024, 1040)
          THEN ((u & 4503599627370495) + 4503599627370496) * pow(2, ((u >> 52) & 2047) - 1075) * (1 - (u < 0) * 2)
        WHEN (u >> 52) & 2047 = 2047 AND u & 4503599627370495 <> 0 AND code = 98 AND j < 2 THEN 1e9
      END
    FROM word),
  -- In threes: vertices of a polygon; centre, and chord and angle of a circle; west, east, south,
  -- and north of a box, where two NaN become 1e9; axes and centre, and two lengths and the distance
  -- of the foci of an ellipse.
  triple(i, bad, first, last, op, code, k, x, y, z) AS (
    SELECT i, max(bad), first, last, op, code, j / 3, max(iif(j % 3 = 0, v, NULL)), max(iif(j % 3 = 1, v, NULL)), max(iif(j % 3 = 2, v, NULL))
    FROM real
    GROUP BY i, first, j / 3),
  checked(i, bad, first, last, op, code, k, x, y, z) AS (
    SELECT i, max(bad OR (CASE
        WHEN code IN (117, 105) OR k = 4 AND code = 101 THEN 1
        WHEN code = 112 OR code = 99 AND k = 0 OR code = 101 AND k < 3 THEN abs(x * x + y * y + z * z - 1) <= 1e-6
        WHEN code = 99 THEN x + y IS NOT NULL AND (x < 0 OR y >= 0)
        WHEN code = 98 AND k = 0 THEN (x = 1e9 AND y = 1e9 OR x BETWEEN 0 AND {two_pi} AND y BETWEEN 0 AND {two_pi})
          AND z BETWEEN -{half_pi} AND {half_pi}
        WHEN code = 98 THEN x BETWEEN -{half_pi} AND {half_pi}
        ELSE x + y + z IS NOT NULL END) IS NOT TRUE) OVER (), first, last, op, code, k, x, y, z
    FROM triple),
