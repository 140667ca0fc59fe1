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
    SELECT *, sum(iif(m < 1e-90, 0, nx / m / l * a)) OVER f AS cx, sum(iif(m < 1e-90, 0, ny / m / l * a)) OVER f AS cy,
      sum(iif(m < 1e-90, 0, nz / m / l * a)) OVER f AS cz
    FROM (SELECT *, atan2(0.5 * (l * m), cosine) AS a FROM length)
    WINDOW f AS (PARTITION BY i, first ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
  centroid AS (
    SELECT i, bad, first, last, op, code, k, x, y, z, cx / cm / cl AS cx, cy / cm / cl AS cy, cz / cm / cl AS cz
    FROM (SELECT *, sqrt(1 + CASE cm WHEN abs(cx) THEN cy / cm * (cy / cm) + cz / cm * (cz / cm) WHEN abs(cy) THEN cx / cm * (cx / cm) + cz / cm * (cz / cm)
                                     ELSE cx / cm * (cx / cm) + cy / cm * (cy / cm) END) AS cl
      FROM (SELECT *, nullif(max(abs(cx), abs(cy), abs(cz), 1e-90), 1e-90) AS cm FROM moment))),
  -- A row for each region: the squared chord of a polygon and its centroid; the angle of an ellipse
  -- around its centre; those of a circle; of a box the limits, its width and middle.
  leaf AS (
    SELECT i, bad, first, last, op, code,
      CASE code WHEN 112 THEN cx WHEN 99 THEN max(iif(k = 0, x, NULL)) ELSE max(iif(k = 2, x, NULL)) END AS x,
      CASE code WHEN 112 THEN cy WHEN 99 THEN max(iif(k = 0, y, NULL)) ELSE max(iif(k = 2, y, NULL)) END AS y,
      CASE code WHEN 112 THEN cz WHEN 99 THEN max(iif(k = 0, z, NULL)) ELSE max(iif(k = 2, z, NULL)) END AS z,
      CASE code WHEN 112 THEN max((x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz)) + 5e-15 WHEN 99 THEN max(iif(k = 1, x, NULL)) END AS chord,
      CASE code WHEN 99 THEN max(iif(k = 1, y, NULL)) WHEN 101 THEN max(iif(k = 3, max({half_pi} + x, {half_pi} + y), NULL)) + 3e-8 END AS angle,
      max(iif(k = 0, x, NULL)) AS west, max(iif(k = 0, y, NULL)) AS east, max(iif(k = 0, z, NULL)) AS south, max(iif(k = 1, x, NULL)) AS north
    FROM centroid
    GROUP BY i, first),
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
    SELECT n + 1, steps, iif(steps -> n ->> 0 = 1, json_insert(state, '$[#]', NULL),
      json_set(iif(steps -> n ->> 0 = 2, json_remove(state, '$[#-1]'), state), '$[#-1]', json((
        SELECT CASE pick
          WHEN 'a' THEN a
          WHEN 'b' THEN printf('[%!.17e,%!.17e,%!.17e,%d,%!.17e]', bx, by, bz, bc, ba)
          WHEN 'none' THEN '[0,0,1,-1,-1]'
          WHEN 'all' THEN printf('[0,0,1,4,%!.17e]', pi())
          ELSE printf('[%!.17e,%!.17e,%!.17e,%d,%!.17e]', x / l, y / l, z / l, iif(sin(0.5 * radius + 7.5e-9) = 1, 4, 1), radius + 1.5e-8) END
        FROM (SELECT *, sqrt(x * x + y * y + z * z) AS l
        FROM (SELECT *, ax * cos(turn) + (ny * az - nz * ay) / nl * sin(turn) AS x,
            ay * cos(turn) + (nz * ax - nx * az) / nl * sin(turn) AS y, az * cos(turn) + (nx * ay - ny * ax) / nl * sin(turn) AS z
        FROM (SELECT *, radius - aa AS turn, sqrt(nx * nx + ny * ny + nz * nz) AS nl, CASE
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
        FROM (SELECT *, 0.5 * (apart + aa + ba) AS radius,
            CASE WHEN far THEN sx WHEN abs(ax) > abs(ay) THEN -az ELSE 0 END AS nx,
            CASE WHEN far THEN sy WHEN abs(ax) > abs(ay) THEN 0 ELSE az END AS ny,
            CASE WHEN far THEN sz WHEN abs(ax) > abs(ay) THEN ax ELSE -ay END AS nz
        FROM (SELECT *, max(abs(sx), abs(sy), abs(sz)) >= 1e-90 AS far
        FROM (SELECT *, (by + ay) * (bz - az) - (bz + az) * (by - ay) AS sx, (bz + az) * (bx - ax) - (bx + ax) * (bz - az) AS sy,
            (bx + ax) * (by - ay) - (by + ay) * (bx - ax) AS sz,
            atan2(sqrt((ay * bz - az * by) * (ay * bz - az * by) + (az * bx - ax * bz) * (az * bx - ax * bz)
                     + (ax * by - ay * bx) * (ax * by - ay * bx)), ax * bx + ay * by + az * bz) AS apart
        FROM (SELECT a, op, a ->> 0 AS ax, a ->> 1 AS ay, a ->> 2 AS az, a ->> 3 AS ac, a ->> 4 AS aa,
            coalesce(b ->> 0, 0) AS bx, coalesce(b ->> 1, 0) AS by, coalesce(b ->> 2, 1) AS bz,
            coalesce(b ->> 3, iif(code = 117, -1, 4)) AS bc, coalesce(b ->> 4, iif(code = 117, -1, pi())) AS ba
        FROM (SELECT steps -> n ->> 1 AS code, steps -> n ->> 2 AS op, state -> iif(steps -> n ->> 0 = 2, '$[#-2]', '$[#-1]') AS a,
            iif(steps -> n ->> 0 = 2, state -> '$[#-1]',
              json_remove(steps -> n, '$[0]', '$[0]', '$[0]')) AS b))))))))))))
    FROM fold WHERE n < json_array_length(steps)),
  answer(x, y, z, angle) AS (
    SELECT state ->> '$[0][0]', state ->> '$[0][1]', state ->> '$[0][2]', state ->> '$[0][4]'
    FROM (SELECT state FROM fold ORDER BY n DESC LIMIT 1) WHERE state ->> '$[0][3]' >= 0)
