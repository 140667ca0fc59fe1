  -- A vertex and the one before it, p: the moments of the edges sum to a vector to the centroid
  -- (Brock), which is c.
  edge AS (
    SELECT *, coalesce(lag(x) OVER o, last_value(x) OVER f) AS px, coalesce(lag(y) OVER o, last_value(y) OVER f) AS py,
      coalesce(lag(z) OVER o, last_value(z) OVER f) AS pz
    FROM checked WHERE NOT bad
    WINDOW o AS (PARTITION BY i, first ORDER BY k),
      f AS (PARTITION BY i, first ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
  moment AS (
    SELECT edge.*, sum(CASE WHEN m >= 1e-90 THEN nx / l * a ELSE 0 END) OVER f AS cx,
      sum(CASE WHEN m >= 1e-90 THEN ny / l * a ELSE 0 END) OVER f AS cy, sum(CASE WHEN m >= 1e-90 THEN nz / l * a ELSE 0 END) OVER f AS cz
    FROM edge
    CROSS JOIN LATERAL (SELECT code = 112 AS polygon OFFSET 0) AS test
    CROSS JOIN LATERAL (SELECT
      CASE WHEN polygon THEN (y + py) * (z - pz) - (z + pz) * (y - py) END AS n1,
      CASE WHEN polygon THEN (z + pz) * (x - px) - (x + px) * (z - pz) END AS n2,
      CASE WHEN polygon THEN (x + px) * (y - py) - (y + py) * (x - px) END AS n3 OFFSET 0) AS product
    CROSS JOIN LATERAL (SELECT greatest(abs(n1), abs(n2), abs(n3)) AS m OFFSET 0) AS largest
    CROSS JOIN LATERAL (SELECT n1 / CASE WHEN m >= 1e-90 THEN m END AS nx, n2 / CASE WHEN m >= 1e-90 THEN m END AS ny,
      n3 / CASE WHEN m >= 1e-90 THEN m END AS nz OFFSET 0) AS scaled
    CROSS JOIN LATERAL (SELECT sqrt(1 + CASE 1 WHEN abs(nx) THEN ny * ny + nz * nz WHEN abs(ny) THEN nx * nx + nz * nz ELSE nx * nx + ny * ny END) AS l OFFSET 0) AS length
    CROSS JOIN LATERAL (SELECT CASE WHEN polygon THEN atan2(0.5 * (l * m), px * x + py * y + pz * z) END AS a OFFSET 0) AS angle
    WINDOW f AS (PARTITION BY i, first ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
  centroid AS (
    SELECT i, first, last, op, code, k, x, y, z, ux / l AS cx, uy / l AS cy, uz / l AS cz
    FROM moment
    CROSS JOIN LATERAL (SELECT CASE WHEN greatest(abs(cx), abs(cy), abs(cz)) >= 1e-90 THEN greatest(abs(cx), abs(cy), abs(cz)) END AS m OFFSET 0) AS largest
    CROSS JOIN LATERAL (SELECT CASE WHEN abs(cx) < 1e-100 THEN 0 ELSE cx / m END AS ux, CASE WHEN abs(cy) < 1e-100 THEN 0 ELSE cy / m END AS uy,
      CASE WHEN abs(cz) < 1e-100 THEN 0 ELSE cz / m END AS uz OFFSET 0) AS scaled
    CROSS JOIN LATERAL (SELECT sqrt(1 + CASE 1 WHEN abs(ux) THEN uy * uy + uz * uz WHEN abs(uy) THEN ux * ux + uz * uz ELSE ux * ux + uy * uy END) / (m / m) AS l OFFSET 0) AS length),
  -- A row for each region: the squared chord of a polygon and its centroid; the angle of an ellipse
  -- around its centre; those of a circle; of a box the limits.
  leaf AS (
    SELECT i, first, last, op, code,
      CASE code WHEN 112 THEN max(cx) WHEN 99 THEN max(x) FILTER (WHERE k = 0) ELSE max(x) FILTER (WHERE k = 2) END AS x,
      CASE code WHEN 112 THEN max(cy) WHEN 99 THEN max(y) FILTER (WHERE k = 0) ELSE max(y) FILTER (WHERE k = 2) END AS y,
      CASE code WHEN 112 THEN max(cz) WHEN 99 THEN max(z) FILTER (WHERE k = 0) ELSE max(z) FILTER (WHERE k = 2) END AS z,
      CASE code WHEN 112 THEN max((x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz)) FILTER (WHERE code = 112) + 5e-15
        WHEN 99 THEN max(x) FILTER (WHERE k = 1) END AS chord,
      CASE code WHEN 99 THEN max(y) FILTER (WHERE k = 1) WHEN 101 THEN max(greatest({half_pi} + x, {half_pi} + y)) FILTER (WHERE k = 3) + 3e-8 END AS angle,
      max(x) FILTER (WHERE code = 98 AND k = 0) AS west, max(y) FILTER (WHERE code = 98 AND k = 0) AS east,
      max(z) FILTER (WHERE code = 98 AND k = 0) AS south, max(x) FILTER (WHERE code = 98 AND k = 1) AS north
    FROM centroid
    GROUP BY i, first, last, op, code),
  -- A box of at most half the longitudes has its centre at the middle and one of three latitudes;
  -- a wider one at a pole or on the equator.
  circle AS (
    SELECT i, first, last, op, code,
      CASE kind WHEN 'narrow' THEN bx WHEN 'equator' THEN cos(mid) WHEN 'simple' THEN x ELSE 0 END AS x,
      CASE kind WHEN 'narrow' THEN by WHEN 'equator' THEN sin(mid) WHEN 'simple' THEN y ELSE 0 END AS y,
      CASE kind WHEN 'narrow' THEN bz WHEN 'equator' THEN 0 WHEN 'simple' THEN z WHEN 'empty' THEN 1 ELSE CASE WHEN abs(south) <= abs(north) THEN 1 ELSE -1 END END AS z,
      CASE kind WHEN 'empty' THEN -1 WHEN 'narrow' THEN 5e-15 + greatest(
          (bx - cos(west) * cos(south)) * (bx - cos(west) * cos(south)) + (by - sin(west) * cos(south)) * (by - sin(west) * cos(south)) + (bz - sin(south)) * (bz - sin(south)),
          (bx - cos(west) * cos(north)) * (bx - cos(west) * cos(north)) + (by - sin(west) * cos(north)) * (by - sin(west) * cos(north)) + (bz - sin(north)) * (bz - sin(north)))
        ELSE chord END AS chord,
      CASE kind WHEN 'equator' THEN 0.5 * width + 6e-8 WHEN 'pole' THEN reach + 6e-8 ELSE angle END AS angle
    FROM leaf
    CROSS JOIN LATERAL (SELECT CASE WHEN east < west THEN {two_pi} + (east - west) ELSE east - west END AS width,
      0.5 * (west + east) + CASE WHEN west <= east THEN 0 WHEN 0.5 * (west + east) < pi() THEN pi() ELSE -pi() END AS mid,
      CASE WHEN abs(south) <= abs(north) THEN {half_pi} - south ELSE north + {half_pi} END AS reach OFFSET 0) AS wide
    CROSS JOIN LATERAL (SELECT CASE WHEN code <> 98 THEN 'simple' WHEN west = 1e9 OR south > north THEN 'empty' WHEN width <= pi() THEN 'narrow'
      WHEN width < {two_pi} AND 0.5 * width < reach THEN 'equator' ELSE 'pole' END AS kind OFFSET 0) AS which
    CROSS JOIN LATERAL (SELECT atan(tan(south) / cos(0.5 * width)) AS lat1, atan(tan(north) / cos(0.5 * width)) AS lat2,
      atan(cos(0.5 * width) * tan(0.5 * (south + north))) AS lat3 OFFSET 0) AS latitudes
    CROSS JOIN LATERAL (SELECT CASE
        WHEN lat1 <= lat3 AND lat3 <= lat2 THEN lat3
        WHEN cos(mid) * cos(lat1) * (cos(west) * cos(south)) + sin(mid) * cos(lat1) * (sin(west) * cos(south)) + sin(lat1) * sin(south)
           > cos(mid) * cos(lat2) * (cos(west) * cos(north)) + sin(mid) * cos(lat2) * (sin(west) * cos(north)) + sin(lat2) * sin(north) THEN lat2
        ELSE lat1 END AS lat OFFSET 0) AS latitude
    CROSS JOIN LATERAL (SELECT cos(mid) * cos(lat) AS bx, sin(mid) * cos(lat) AS by, sin(lat) AS bz OFFSET 0) AS centre),
  -- Steps over unions and intersections: 0 is a simple region, 1 opens, 2 closes. The circle c is
  -- its centre, state and angle; state -1 is the empty circle, 4 the full one.
  step AS (
    SELECT row_number() OVER (ORDER BY i, CASE kind WHEN 2 THEN last ELSE first END, first DESC) AS n, kind, code, op, ARRAY[x, y, z,
        CASE WHEN coalesce(chord, angle) < 0 THEN -1 WHEN chord >= 4 OR chord IS NULL AND (angle >= pi() OR sin(0.5 * angle) = 1) THEN 4 ELSE 1 END,
        least(pi(), CASE WHEN code = 99 OR angle IS NOT NULL THEN angle WHEN chord < 0 THEN -1 WHEN chord >= 4 THEN pi() ELSE 2 * asin(0.5 * sqrt(chord)) END)] AS c
    FROM circle CROSS JOIN (VALUES (0), (1), (2)) AS way(kind)
    WHERE CASE WHEN code IN (117, 105) THEN kind > 0 AND code <> op ELSE kind = 0 END),
  -- The bounding circles of the open compounds so far, a of the innermost, the others in saved; NULL
  -- without an operand. A closing one is an operand of that around it.
  fold(n, a, saved) AS (
    SELECT 0::bigint, ARRAY[NULL, NULL, NULL, NULL, NULL]::float8[], '{}'::float8[]
    UNION ALL
    SELECT s.n, CASE
        WHEN kind = 1 THEN ARRAY[NULL, NULL, NULL, NULL, NULL]::float8[]
        WHEN pick = 'p' THEN p
        WHEN pick = 'q' THEN q
        WHEN pick = 'none' THEN ARRAY[0, 0, 1, -1, -1]::float8[]
        WHEN pick = 'all' THEN ARRAY[0, 0, 1, 4, pi()]
        ELSE ARRAY[vx / l, vy / l, vz / l, CASE WHEN sin(0.5 * radius + 7.5e-9) = 1 THEN 4 ELSE 1 END, radius + 1.5e-8] END,
      CASE kind WHEN 1 THEN saved || a WHEN 2 THEN saved[1:cardinality(saved) - 5] ELSE saved END
    FROM fold JOIN step AS s ON s.n = fold.n + 1
    CROSS JOIN LATERAL (SELECT CASE kind WHEN 2 THEN saved[cardinality(saved) - 4:] ELSE a END AS p,
      CASE WHEN kind = 0 THEN c WHEN kind = 2 AND a[1] IS NULL THEN ARRAY[0, 0, 1, CASE code WHEN 117 THEN -1 ELSE 4 END, CASE code WHEN 117 THEN -1 ELSE pi() END] ELSE a END AS q OFFSET 0) AS pair
    CROSS JOIN LATERAL (SELECT p[2] * q[3] - p[3] * q[2] AS t1, p[3] * q[1] - p[1] * q[3] AS t2, p[1] * q[2] - p[2] * q[1] AS t3,
      (q[2] + p[2]) * (q[3] - p[3]) - (q[3] + p[3]) * (q[2] - p[2]) AS s1, (q[3] + p[3]) * (q[1] - p[1]) - (q[1] + p[1]) * (q[3] - p[3]) AS s2,
      (q[1] + p[1]) * (q[2] - p[2]) - (q[2] + p[2]) * (q[1] - p[1]) AS s3 OFFSET 0) AS product
    CROSS JOIN LATERAL (SELECT atan2(sqrt(CASE WHEN abs(t1) < 1e-150 THEN 0 ELSE t1 * t1 END + CASE WHEN abs(t2) < 1e-150 THEN 0 ELSE t2 * t2 END
        + CASE WHEN abs(t3) < 1e-150 THEN 0 ELSE t3 * t3 END), p[1] * q[1] + p[2] * q[2] + p[3] * q[3]) AS apart,
      greatest(abs(s1), abs(s2), abs(s3)) >= 1e-90 AS far OFFSET 0) AS distance
    CROSS JOIN LATERAL (SELECT 0.5 * (apart + p[5] + q[5]) AS radius,
      CASE WHEN far THEN CASE WHEN abs(s1) < 1e-100 THEN 0 ELSE s1 END WHEN abs(p[1]) > abs(p[2]) THEN -p[3] ELSE 0 END AS nx,
      CASE WHEN far THEN CASE WHEN abs(s2) < 1e-100 THEN 0 ELSE s2 END WHEN abs(p[1]) > abs(p[2]) THEN 0 ELSE p[3] END AS ny,
      CASE WHEN far THEN CASE WHEN abs(s3) < 1e-100 THEN 0 ELSE s3 END WHEN abs(p[1]) > abs(p[2]) THEN p[1] ELSE -p[2] END AS nz OFFSET 0) AS axis
    CROSS JOIN LATERAL (SELECT CASE
      WHEN p[1] IS NULL THEN 'q'
      WHEN op = 105 AND (p[4] < 0 OR q[4] >= 4) THEN 'p'
      WHEN op = 105 AND (p[4] >= 4 OR q[4] < 0) THEN 'q'
      WHEN op = 105 AND apart > p[5] + q[5] + 6e-8 THEN 'none'
      WHEN op = 105 THEN CASE WHEN q[5] < p[5] THEN 'q' ELSE 'p' END
      WHEN p[4] < 0 OR q[4] >= 4 THEN 'q'
      WHEN q[4] < 0 OR p[4] >= 4 THEN 'p'
      WHEN apart + q[5] + 6e-8 <= p[5] THEN 'p'
      WHEN apart + p[5] + 6e-8 <= q[5] THEN 'q'
      WHEN radius + 3e-8 >= pi() THEN 'all' ELSE 'between' END AS pick OFFSET 0) AS choice
    CROSS JOIN LATERAL (SELECT CASE WHEN pick = 'between' THEN sqrt(nx * nx + ny * ny + nz * nz) END AS nl, radius - p[5] AS turn OFFSET 0) AS rotation
    CROSS JOIN LATERAL (SELECT p[1] * cos(turn) + (ny * p[3] - nz * p[2]) / nl * sin(turn) AS v1, p[2] * cos(turn) + (nz * p[1] - nx * p[3]) / nl * sin(turn) AS v2,
      p[3] * cos(turn) + (nx * p[2] - ny * p[1]) / nl * sin(turn) AS v3 OFFSET 0) AS moved
    CROSS JOIN LATERAL (SELECT CASE WHEN abs(v1) < 1e-100 THEN 0 ELSE v1 END AS vx, CASE WHEN abs(v2) < 1e-100 THEN 0 ELSE v2 END AS vy,
      CASE WHEN abs(v3) < 1e-100 THEN 0 ELSE v3 END AS vz OFFSET 0) AS flushed
    CROSS JOIN LATERAL (SELECT sqrt(vx * vx + vy * vy + vz * vz) AS l OFFSET 0) AS length),
  answer(x, y, z, angle) AS (
    SELECT a[1], a[2], a[3], a[5]
    FROM (SELECT a FROM fold ORDER BY n DESC LIMIT 1) AS result
    WHERE a[4] >= 0 AND NOT EXISTS (SELECT 1 FROM step WHERE kind = 0 AND c[1] IS NULL) AND NOT EXISTS (SELECT 1 FROM checked WHERE bad))
