  -- The values of the rows around, so that one row knows all of a box or ellipse.
  around AS (
    SELECT *, lag(x, 3) OVER o AS x1, lag(y, 3) OVER o AS y1, lag(z, 3) OVER o AS z1,
      lag(x, 2) OVER o AS x2, lag(y, 2) OVER o AS y2, lag(z, 2) OVER o AS z2,
      lag(x) OVER o AS x3, lag(y) OVER o AS y3, lag(z) OVER o AS z3, lead(x) OVER o AS next, lead(y) OVER o AS angle
    FROM checked WINDOW o AS (PARTITION BY i, first ORDER BY k)),
  -- What each row contributes: V a vertex, D a circle, B box, R ring of a box, E ellipse, A all
  -- directions, C compound, N nothing that has a text.
  part_of AS (
    SELECT *, CASE
        WHEN code IN (117, 105) THEN 'C'
        WHEN code = 112 THEN 'V'
        WHEN code = 99 AND k = 0 THEN iif(next < 0, 'N', 'D')
        WHEN code = 98 AND k = 0 THEN CASE
          WHEN x = 1e9 OR z > next THEN 'N'
          WHEN x = 0 AND y = {two_pi} THEN iif(z = -{half_pi} AND next = {half_pi}, 'A', 'R')
          WHEN x = y OR z = next THEN 'N' ELSE 'B' END
        WHEN code = 101 AND k = 3 THEN CASE
          WHEN {half_pi} + x < z THEN 'N' WHEN {half_pi} - x <= z THEN 'A' WHEN x = y THEN 'D' ELSE 'E' END END AS kind,
      iif(code = 98, max(1, ceil(iif(y < x, {two_pi} + (y - x), y - x) * {degrees})), 0) AS steps,
      iif(y < x, {two_pi} + (y - x), y - x) AS width
    FROM around),
  -- Points in their order within the text, as longitude and latitude or as a direction.
  count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count WHERE n < 721),
  point AS MATERIALIZED (
    SELECT i, bad, first, last, op, code, kind, CASE WHEN kind = 'V' THEN k ELSE n END AS k, CASE kind
        WHEN 'B' THEN x + width * iif(n <= steps, n, 2 * steps + 1 - n) / steps WHEN 'R' THEN 0.0 WHEN 'A' THEN 0.0 END AS lon,
      CASE kind WHEN 'B' THEN iif(n <= steps, z, next) WHEN 'R' THEN iif(n, -{half_pi}, {half_pi}) WHEN 'A' THEN {half_pi} END AS lat,
      CASE kind WHEN 'V' THEN x WHEN 'D' THEN iif(code = 99, x, x3) WHEN 'E' THEN x1 * e1 + x2 * e2 + x3 * e3 END AS x,
      CASE kind WHEN 'V' THEN y WHEN 'D' THEN iif(code = 99, y, y3) WHEN 'E' THEN y1 * e1 + y2 * e2 + y3 * e3 END AS y,
      CASE kind WHEN 'V' THEN z WHEN 'D' THEN iif(code = 99, z, z3) WHEN 'E' THEN z1 * e1 + z2 * e2 + z3 * e3 END AS z,
      CASE kind WHEN 'D' THEN min(pi(), iif(code = 99, angle, {half_pi} + x)) WHEN 'R' THEN iif(n, {half_pi} + next, {half_pi} - z) WHEN 'A' THEN pi() END AS radius
    FROM (SELECT *, sin({half_pi} + x) * abs(cos({half_pi} + y)) * cos(n * {two_pi} / 36) AS e1,
        abs(cos({half_pi} + x)) * sin({half_pi} + y) * sin(n * {two_pi} / 36) AS e2, cos({half_pi} + x) * abs(cos({half_pi} + y)) AS e3
      FROM part_of CROSS JOIN count
      WHERE n < CASE kind WHEN 'B' THEN 2 * steps + 2 WHEN 'R' THEN 2 WHEN 'E' THEN 36 ELSE 1 END)
    WHERE CASE kind
      WHEN 'B' THEN n IN (0, 2 * steps + 1) OR abs(iif(n <= steps, z, next)) < {half_pi}
      WHEN 'R' THEN iif(n, next < {half_pi}, z > -{half_pi})
      ELSE kind IS NOT NULL END),
  largest AS MATERIALIZED (SELECT *, iif(kind = 'E', max(abs(x), abs(y), abs(z)), 1) AS m FROM point),
  direction AS MATERIALIZED (
    SELECT *, iif(kind = 'E', sqrt(1 + CASE m WHEN abs(x) THEN y / m * (y / m) + z / m * (z / m)
        WHEN abs(y) THEN x / m * (x / m) + z / m * (z / m) ELSE x / m * (x / m) + y / m * (y / m) END), 1) AS l
    FROM largest WHERE kind <> 'E' OR m >= 1e-90),
  angles AS MATERIALIZED (
    SELECT i, bad, first, last, op, code, kind, k, n, CASE n
        WHEN 0 THEN CASE WHEN x IS NULL THEN lon - iif(lon > {two_pi}, {two_pi}, 0) WHEN x = 0 AND y = 0 THEN 0.0
          ELSE atan2(y / m / l, x / m / l) END
        WHEN 1 THEN CASE WHEN x IS NULL THEN lat WHEN z = 0 THEN 0.0
          ELSE atan2(z / m / l, sqrt(x / m / l * (x / m / l) + y / m / l * (y / m / l))) END
        ELSE radius END AS v
    FROM direction CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2) AS number
    WHERE n < CASE WHEN kind IN ('C', 'N') THEN 1 WHEN kind IN ('D', 'R', 'A') THEN 3 ELSE 2 END),
  -- Six decimals, rounded exactly, ties to even: a is a number times 2^30 * 15625 rounded down, of
  -- which 2^24 make a millionth, and f is what is left of it.
  degree AS MATERIALIZED (
    SELECT *, iif(n = 0 AND v < 0, v + {two_pi}, v) * {degrees} AS w FROM angles),
  scaled AS MATERIALIZED (SELECT *, abs(w) * 1073741824 AS u FROM degree),
  fraction AS MATERIALIZED (SELECT *, (u - CAST(u AS INTEGER)) * 15625 AS f FROM scaled),
  whole AS MATERIALIZED (SELECT *, CAST(u AS INTEGER) * 15625 + CAST(f AS INTEGER) AS a FROM fraction),
  micro AS MATERIALIZED (SELECT *, (a + 8388607 + iif(f > CAST(f AS INTEGER), 1, (a >> 24) & 1)) >> 24 AS q FROM whole),
  -- A text for each circle and polygon, then for each simple region.
  phrase AS (
    SELECT i, bad, first, last, op, code, kind, CASE
        WHEN kind IN ('D', 'R', 'A') THEN 'CIRCLE ' WHEN kind IN ('V', 'B', 'E') THEN 'POLYGON ' END || group_concat(text, ' ') AS text
    FROM (SELECT *, iif(kind IN ('D', 'R', 'A'), k, 0) AS shape,
        iif(w < 0 OR w = 0 AND atan2(w, -1) < 0, '-', '') || printf('%d.%06d', q / 1000000, q % 1000000) AS text
      FROM micro ORDER BY i, first, iif({dali} AND k > 0 AND kind IN ('V', 'B', 'E'), 9999999 - k, k), n)
    GROUP BY i, first, shape),
  simple AS (
    SELECT i, bad, first, last, op, code, iif(count(*) = 1, text, 'INTERSECTION ( ' || group_concat(text, ' ') || ' )') AS text
    FROM phrase GROUP BY i, first),
  -- Texts of steps over unions and intersections: 0 is a simple region, 1 opens, 2 closes.
  step AS (
    SELECT json_group_array(json_array(kind, code, op, text)) AS steps, max(bad OR kind = 0 AND text IS NULL) AS bad
    FROM (SELECT simple.*, step.kind FROM simple CROSS JOIN (SELECT 0 AS kind UNION ALL SELECT 1 UNION ALL SELECT 2) AS step
      WHERE iif(code IN (117, 105), step.kind > 0 AND code <> op, step.kind = 0)
      ORDER BY i, iif(step.kind = 2, last, first), first DESC)),
  -- The texts in the open compounds so far, the innermost last. A closing one becomes a text in
  -- that around it: of one text that text, of none everything or nothing.
  fold(n, steps, state) AS (
    SELECT 0, steps, '[[]]' FROM step WHERE NOT bad
    UNION ALL
    SELECT n + 1, steps, CASE steps -> n ->> 0
      WHEN 0 THEN json_insert(state, '$[#-1][#]', steps -> n ->> 3)
      WHEN 1 THEN json_insert(state, '$[#]', json('[]'))
      ELSE json_insert(json_remove(state, '$[#-1]'), '$[#-1][#]', (
        SELECT CASE WHEN count(*) <> count(value) THEN NULL WHEN count(*) > 1 THEN iif(steps -> n ->> 1 = 117, 'UNION ( ', 'INTERSECTION ( ') || group_concat(value, ' ') || ' )'
          WHEN count(*) = 1 THEN max(value) WHEN steps -> n ->> 1 = 105 THEN 'CIRCLE 0.000000 90.000000 180.000000' END
        FROM json_each(state, '$[#-1]'))) END
    FROM fold WHERE n < json_array_length(steps)),
  united AS (
    SELECT CASE WHEN count(*) > 1 THEN 'UNION ( ' || group_concat(value, ' ') || ' )' ELSE max(value) END AS text
    FROM (SELECT state FROM fold ORDER BY n DESC LIMIT 1), json_each(state, '$[0]') HAVING count(*) = count(value)),
  answer(text) AS (SELECT substr(text, 1, instr(text, ' ')) || 'ICRS' || substr(text, instr(text, ' ')) FROM united)
