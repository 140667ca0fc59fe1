  -- A vertex and the one before it: the moments of the edges sum to a vector to the centroid
  -- (Brock), which is c; p is the vertex before, s and d their sum and difference.
  edge AS (
    SELECT *, coalesce(lag(x) OVER o, last_value(x) OVER f) AS px, coalesce(lag(y) OVER o, last_value(y) OVER f) AS py,
      coalesce(lag(z) OVER o, last_value(z) OVER f) AS pz
    FROM checked
    WINDOW o AS (PARTITION BY i, first ORDER BY k), f AS (o ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
  normal AS MATERIALIZED (
    SELECT *, (y + py) * (z - pz) - (z + pz) * (y - py) AS nx, (z + pz) * (x - px) - (x + px) * (z - pz) AS ny,
      (x + px) * (y - py) - (y + py) * (x - px) AS nz, px * x + py * y + pz * z AS cosine
    FROM edge),
  largest AS MATERIALIZED (SELECT *, max(abs(nx), abs(ny), abs(nz)) AS m FROM normal),
  length AS MATERIALIZED (
    SELECT *, sqrt(1 + CASE m WHEN abs(nx) THEN ny / m * (ny / m) + nz / m * (nz / m) WHEN abs(ny) THEN nx / m * (nx / m) + nz / m * (nz / m)
                              ELSE nx / m * (nx / m) + ny / m * (ny / m) END) AS l
    FROM largest),
  moment AS MATERIALIZED (
    SELECT *, iif(m < 1e-90, 0, nx / m / l * a) AS mx, iif(m < 1e-90, 0, ny / m / l * a) AS my, iif(m < 1e-90, 0, nz / m / l * a) AS mz
    FROM (SELECT *, atan2(0.5 * (l * m), cosine) AS a FROM length)
    ORDER BY i, first, k),
  -- A row for each region, with its threes v and moments m as arrays, to sum these one by one:
  -- sum() rounds in ways of its own.
  region AS (
    SELECT i, bad, first, last, op, code, count(*) AS n, '[' || group_concat(printf('[%!.17e,%!.17e,%!.17e]', x, y, z)) || ']' AS v,
      '[' || group_concat(printf('[%!.17e,%!.17e,%!.17e]', mx, my, mz)) || ']' AS m
    FROM moment GROUP BY i, first),
  total(i, bad, first, last, op, code, n, v, m, k, x, y, z) AS (
    SELECT *, iif(code = 112, 0, n), 0.0, 0.0, 0.0 FROM region
    UNION ALL
    SELECT i, bad, first, last, op, code, n, v, m, k + 1, x + (m -> k ->> 0), y + (m -> k ->> 1), z + (m -> k ->> 2) FROM total WHERE k < n),
  centroid AS MATERIALIZED (
    SELECT i, bad, first, last, op, code, v, x / m / l AS cx, y / m / l AS cy, z / m / l AS cz
    FROM (SELECT *, sqrt(1 + CASE m WHEN abs(x) THEN y / m * (y / m) + z / m * (z / m) WHEN abs(y) THEN x / m * (x / m) + z / m * (z / m)
                                    ELSE x / m * (x / m) + y / m * (y / m) END) AS l
      FROM (SELECT i, bad, first, last, op, code, v, x, y, z, nullif(max(abs(x), abs(y), abs(z), 1e-90), 1e-90) AS m FROM total WHERE k = n))),
  -- The squared chord of a polygon and its centroid; the angle of an ellipse around its centre;
  -- those of a circle; of a box the limits, its width and middle.
  leaf AS MATERIALIZED (
    SELECT i, bad, first, last, op, code,
      CASE code WHEN 112 THEN cx ELSE v ->> iif(code = 99, '$[0][0]', '$[2][0]') END AS x,
      CASE code WHEN 112 THEN cy ELSE v ->> iif(code = 99, '$[0][1]', '$[2][1]') END AS y,
      CASE code WHEN 112 THEN cz ELSE v ->> iif(code = 99, '$[0][2]', '$[2][2]') END AS z,
      CASE code WHEN 99 THEN v ->> '$[1][0]' WHEN 112 THEN 5e-15 + (
        SELECT max((x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz))
        FROM (SELECT value ->> 0 AS x, value ->> 1 AS y, value ->> 2 AS z FROM json_each(v))) END AS chord,
      CASE code WHEN 99 THEN v ->> '$[1][1]' WHEN 101 THEN max({half_pi} + (v ->> '$[3][0]'), {half_pi} + (v ->> '$[3][1]')) + 3e-8 END AS angle,
      v ->> '$[0][0]' AS west, v ->> '$[0][1]' AS east, v ->> '$[0][2]' AS south, v ->> '$[1][0]' AS north
    FROM centroid),
  wide AS MATERIALIZED (
    SELECT *, iif(east < west, {two_pi} + (east - west), east - west) AS width,
      0.5 * (west + east) + CASE WHEN west <= east THEN 0 WHEN 0.5 * (west + east) < pi() THEN pi() ELSE -pi() END AS mid,
      iif(abs(south) <= abs(north), {half_pi} - south, north + {half_pi}) AS reach
    FROM leaf),
  -- A box of at most half the longitudes has its centre at the middle and one of three latitudes;
  -- a wider one at a pole or on the equator.
  latitudes AS MATERIALIZED (
    SELECT *, atan(tan(south) / cos(0.5 * width)) AS lat1, atan(tan(north) / cos(0.5 * width)) AS lat2,
      atan(cos(0.5 * width) * tan(0.5 * (south + north))) AS lat3
    FROM wide),
  latitude AS MATERIALIZED (
    SELECT *, CASE
        WHEN lat1 <= lat3 AND lat3 <= lat2 THEN lat3
        WHEN cos(mid) * cos(lat1) * (cos(west) * cos(south)) + sin(mid) * cos(lat1) * (sin(west) * cos(south)) + sin(lat1) * sin(south)
           > cos(mid) * cos(lat2) * (cos(west) * cos(north)) + sin(mid) * cos(lat2) * (sin(west) * cos(north)) + sin(lat2) * sin(north) THEN lat2
        ELSE lat1 END AS lat
    FROM latitudes),
  centre AS MATERIALIZED (
    SELECT i, bad, first, last, op, code, angle, chord, west, south, north, width, CASE
        WHEN code <> 98 THEN ''
        WHEN west = 1e9 OR south > north THEN 'empty'
        WHEN width <= pi() THEN 'narrow'
        WHEN width < {two_pi} AND 0.5 * width < reach THEN 'equator'
        ELSE 'pole' END AS kind,
      iif(code <> 98, x, cos(mid) * cos(lat)) AS x, iif(code <> 98, y, sin(mid) * cos(lat)) AS y, iif(code <> 98, z, sin(lat)) AS z, mid, reach
    FROM latitude),
  circle AS MATERIALIZED (
    SELECT i, bad, first, last, op, code,
      CASE kind WHEN 'empty' THEN 0 WHEN 'equator' THEN cos(mid) WHEN 'pole' THEN 0 ELSE x END AS x,
      CASE kind WHEN 'empty' THEN 0 WHEN 'equator' THEN sin(mid) WHEN 'pole' THEN 0 ELSE y END AS y,
      CASE kind WHEN 'empty' THEN 1 WHEN 'equator' THEN 0 WHEN 'pole' THEN iif(abs(south) <= abs(north), 1, -1) ELSE z END AS z,
      CASE kind WHEN 'empty' THEN -1 WHEN 'narrow' THEN 5e-15 + max(
        (x - cos(west) * cos(south)) * (x - cos(west) * cos(south)) + (y - sin(west) * cos(south)) * (y - sin(west) * cos(south)) + (z - sin(south)) * (z - sin(south)),
        (x - cos(west) * cos(north)) * (x - cos(west) * cos(north)) + (y - sin(west) * cos(north)) * (y - sin(west) * cos(north)) + (z - sin(north)) * (z - sin(north)))
        ELSE chord END AS chord,
      CASE kind WHEN 'equator' THEN 0.5 * width + 6e-8 WHEN 'pole' THEN reach + 6e-8 ELSE angle END AS angle
    FROM centre),
  -- Texts of steps over unions and intersections: 0 is a simple region, 1 opens, 2 closes. State is
  -- -1 for the empty circle, 4 for the full one.
  step AS (
    SELECT json('[' || group_concat(printf('[%d,%d,%d,%!.17e,%!.17e,%!.17e,%d,%!.17e]', kind, code, op, x, y, z,
        CASE WHEN coalesce(chord, angle) < 0 THEN -1 WHEN chord >= 4 OR chord IS NULL AND (angle >= pi() OR sin(0.5 * angle) = 1) THEN 4 ELSE 1 END,
        min(pi(), iif(code = 99 OR angle IS NOT NULL, angle, iif(chord >= 4, pi(), 2 * asin(0.5 * sqrt(chord))))))) || ']') AS steps,
      max(bad OR kind = 0 AND x IS NULL) AS bad
    FROM (SELECT * FROM circle CROSS JOIN (SELECT 0 AS kind UNION ALL SELECT 1 UNION ALL SELECT 2)
      WHERE iif(code IN (117, 105), kind > 0 AND code <> op, kind = 0)
      ORDER BY i, iif(kind = 2, last, first), first DESC)),
  -- The bounding circles of the open compounds so far, the innermost last, or null without an
  -- operand. A closing one is an operand of that around it.
  fold(n, steps, state) AS (
    SELECT 0, steps, '[null]' FROM step WHERE NOT bad
    UNION ALL
    SELECT n + 1, steps, CASE steps -> n ->> 0 WHEN 1 THEN json_insert(state, '$[#]', NULL)
      ELSE json_set(iif(steps -> n ->> 0 = 2, json_remove(state, '$[#-1]'), state), '$[#-1]', json((
        WITH
          pair AS (
            SELECT steps -> n ->> 1 AS code, steps -> n ->> 2 AS op, state -> iif(steps -> n ->> 0 = 2, '$[#-2]', '$[#-1]') AS a,
              iif(steps -> n ->> 0 = 2, state -> '$[#-1]', json_remove(steps -> n, '$[0]', '$[0]', '$[0]')) AS b),
          circles AS (
            SELECT a, op, a ->> 0 AS ax, a ->> 1 AS ay, a ->> 2 AS az, a ->> 3 AS ac, a ->> 4 AS aa,
              coalesce(b ->> 0, 0) AS bx, coalesce(b ->> 1, 0) AS by, coalesce(b ->> 2, 1) AS bz,
              coalesce(b ->> 3, iif(code = 117, -1, 4)) AS bc, coalesce(b ->> 4, iif(code = 117, -1, pi())) AS ba
            FROM pair),
          product AS (
            SELECT *, (by + ay) * (bz - az) - (bz + az) * (by - ay) AS sx, (bz + az) * (bx - ax) - (bx + ax) * (bz - az) AS sy,
              (bx + ax) * (by - ay) - (by + ay) * (bx - ax) AS sz,
              atan2(sqrt((ay * bz - az * by) * (ay * bz - az * by) + (az * bx - ax * bz) * (az * bx - ax * bz)
                       + (ax * by - ay * bx) * (ax * by - ay * bx)), ax * bx + ay * by + az * bz) AS apart
            FROM circles),
          distance AS (SELECT *, max(abs(sx), abs(sy), abs(sz)) >= 1e-90 AS far, 0.5 * (apart + aa + ba) AS radius FROM product),
          axis AS (
            SELECT *, CASE WHEN far THEN sx WHEN abs(ax) > abs(ay) THEN -az ELSE 0 END AS nx,
              CASE WHEN far THEN sy WHEN abs(ax) > abs(ay) THEN 0 ELSE az END AS ny,
              CASE WHEN far THEN sz WHEN abs(ax) > abs(ay) THEN ax ELSE -ay END AS nz
            FROM distance),
          choice AS (
            SELECT *, radius - aa AS turn, sqrt(nx * nx + ny * ny + nz * nz) AS nl, CASE
                WHEN ax IS NULL THEN 'b'
                WHEN op = 105 AND (ac < 0 OR bc >= 4) THEN 'a'
                WHEN op = 105 AND (ac >= 4 OR bc < 0) THEN 'b'
                WHEN op = 105 AND apart > aa + ba + 6e-8 THEN 'none'
                WHEN op = 105 THEN iif(ba < aa, 'b', 'a')
                WHEN ac < 0 OR bc >= 4 THEN 'b'
                WHEN bc < 0 OR ac >= 4 THEN 'a'
                WHEN apart + ba + 6e-8 <= aa THEN 'a'
                WHEN apart + aa + 6e-8 <= ba THEN 'b'
                WHEN radius + 3e-8 >= pi() THEN 'all' END AS pick
            FROM axis),
          moved AS (
            SELECT *, ax * cos(turn) + (ny * az - nz * ay) / nl * sin(turn) AS x,
              ay * cos(turn) + (nz * ax - nx * az) / nl * sin(turn) AS y, az * cos(turn) + (nx * ay - ny * ax) / nl * sin(turn) AS z
            FROM choice)
        SELECT CASE pick
          WHEN 'a' THEN a
          WHEN 'b' THEN printf('[%!.17e,%!.17e,%!.17e,%d,%!.17e]', bx, by, bz, bc, ba)
          WHEN 'none' THEN '[0,0,1,-1,-1]'
          WHEN 'all' THEN printf('[0,0,1,4,%!.17e]', pi())
          ELSE printf('[%!.17e,%!.17e,%!.17e,%d,%!.17e]', x / sqrt(x * x + y * y + z * z), y / sqrt(x * x + y * y + z * z),
            z / sqrt(x * x + y * y + z * z), iif(sin(0.5 * radius + 7.5e-9) = 1, 4, 1), radius + 1.5e-8) END
        FROM moved))) END
    FROM fold WHERE n < json_array_length(steps)),
  answer(x, y, z, angle) AS (
    SELECT state ->> '$[0][0]', state ->> '$[0][1]', state ->> '$[0][2]', state ->> '$[0][4]'
    FROM (SELECT state FROM fold ORDER BY n DESC LIMIT 1) WHERE state ->> '$[0][3]' >= 0)
