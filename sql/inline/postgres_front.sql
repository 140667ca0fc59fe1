  -- The bytes of each base64 text.
  part(i, b, bad) AS (
    SELECT i, CASE WHEN good THEN decode(t, 'base64') END, NOT good
    FROM (SELECT {region}::text AS r) AS source
    CROSS JOIN LATERAL unnest(CASE WHEN octet_length(r) <= 1048576{polygons} THEN string_to_array(r, ':') END) WITH ORDINALITY AS text(t, i)
    CROSS JOIN LATERAL (SELECT length(t) % 4 = 0 AND t ~ '^[A-Za-z0-9+/]+(=|==|)$' AS good) AS test),
  -- Regions at bytes first to last; p = 112, c = 99, b = 98, e = 101, u = 117, i = 105.
  -- op is the kind of the compound around it, which ends at stop; all parts are in a union.
  node(i, b, bad, first, last, stop, op, depth, code) AS (
    SELECT i, b, bad, 0, length(b), length(b), 117, 0, get_byte(b, 0) FROM part
    UNION ALL
    SELECT i, b, bad, w + 8, CASE WHEN size BETWEEN 1 AND bound - w - 8 THEN (w + 8 + size)::integer END, bound,
      CASE WHEN down THEN code ELSE op END, depth + down::integer,
      CASE WHEN size BETWEEN 1 AND bound - w - 8 THEN get_byte(b, w + 8) END
    FROM node CROSS JOIN (VALUES (FALSE), (TRUE)) AS way(down)
    CROSS JOIN LATERAL (SELECT CASE WHEN down THEN first + 1 ELSE last END AS w, CASE WHEN down THEN last ELSE stop END AS bound) AS place
    CROSS JOIN LATERAL (SELECT CASE WHEN w + 8 <= bound THEN {u64:w} END AS size) AS length
    WHERE w < bound AND (NOT down OR code IN (117, 105) AND depth < 16)),
  checked_node(i, b, bad, first, last, op, code) AS (
    SELECT i, b, bad OR (CASE code
        WHEN 112 THEN last - first > 72 AND (last - first) % 24 = 1
        WHEN 99 THEN last - first = 41
        WHEN 98 THEN last - first = 33
        WHEN 101 THEN last - first = 113
        ELSE code IN (117, 105) AND depth < 16 END) IS NOT TRUE, first, last, op, code
    FROM node),
  -- The doubles of simple regions; one row without for compounds.
  word(i, bad, first, last, op, code, j, u) AS MATERIALIZED (
    SELECT i, bad, first, last, op, code, coalesce(j, 0), CASE WHEN j IS NOT NULL THEN {u64:(first + 8 * j + 1)} END
    FROM checked_node LEFT JOIN LATERAL generate_series(0, (last - first - 9) / 8) AS j ON NOT bad AND code NOT IN (117, 105)),
  -- As reals: below 2^-127 zero, and NULL from 2 on in unit vectors, from 2^17 on elsewhere.
  real(i, bad, first, last, op, code, j, v) AS (
    SELECT i, bad, first, last, op, code, j,
      CASE
        WHEN (u >> 52) & 2047 < 896 THEN CASE WHEN u < 0 THEN '-0'::float8 ELSE 0 END
        WHEN (u >> 52) & 2047 < CASE WHEN j < CASE code WHEN 112 THEN last WHEN 99 THEN 3 WHEN 101 THEN 9 ELSE 0 END THEN 1024 ELSE 1040 END
          THEN ((u & 4503599627370495) + 4503599627370496) * power(2::float8, ((u >> 52) & 2047) - 1075) * CASE WHEN u < 0 THEN -1 ELSE 1 END
        WHEN (u >> 52) & 2047 = 2047 AND u & 4503599627370495 <> 0 AND code = 98 AND j < 2 THEN 1e9
      END
    FROM word),
  -- In threes: vertices of a polygon; centre, and chord and angle of a circle; west, east, south,
  -- and north of a box, where two NaN become 1e9; axes and centre, and two lengths and the distance
  -- of the foci of an ellipse.
  triple(i, bad, first, last, op, code, k, x, y, z) AS (
    SELECT i, bool_or(bad), first, last, op, code, j / 3, max(v) FILTER (WHERE j % 3 = 0), max(v) FILTER (WHERE j % 3 = 1), max(v) FILTER (WHERE j % 3 = 2)
    FROM real
    GROUP BY i, first, last, op, code, j / 3),
  checked(i, bad, first, last, op, code, k, x, y, z) AS MATERIALIZED (
    SELECT i, bool_or(bad OR (CASE
        WHEN code IN (117, 105) OR k = 4 AND code = 101 THEN TRUE
        WHEN code = 112 OR code = 99 AND k = 0 OR code = 101 AND k < 3 THEN abs(x * x + y * y + z * z - 1) <= 1e-6
        WHEN code = 99 THEN x + y IS NOT NULL AND (x < 0 OR y >= 0)
        WHEN code = 98 AND k = 0 THEN (x = 1e9 AND y = 1e9 OR x BETWEEN 0 AND {two_pi} AND y BETWEEN 0 AND {two_pi})
          AND z BETWEEN -{half_pi} AND {half_pi}
        WHEN code = 98 THEN x BETWEEN -{half_pi} AND {half_pi}
        ELSE x + y + z IS NOT NULL END) IS NOT TRUE) OVER (), first, last, op, code, k, x, y, z
    FROM triple),
