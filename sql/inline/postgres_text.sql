  -- The values of the rows around, so that one row knows all of a box or ellipse.
  around AS (
    SELECT *, lag(x, 3) OVER o AS x1, lag(y, 3) OVER o AS y1, lag(z, 3) OVER o AS z1,
      lag(x, 2) OVER o AS x2, lag(y, 2) OVER o AS y2, lag(z, 2) OVER o AS z2,
      lag(x) OVER o AS x3, lag(y) OVER o AS y3, lag(z) OVER o AS z3, lead(x) OVER o AS next, lead(y) OVER o AS angle
    FROM checked WHERE NOT bad WINDOW o AS (PARTITION BY i, first ORDER BY k)),
  -- What each row contributes: V a vertex, D a circle, B box, R ring of a box, E ellipse, A all
  -- directions, C compound, N nothing that has a text.
  kinds AS (
    SELECT *, CASE
        WHEN code IN (117, 105) THEN 'C'
        WHEN code = 112 THEN 'V'
        WHEN code = 99 AND k = 0 THEN CASE WHEN next < 0 THEN 'N' ELSE 'D' END
        WHEN code = 98 AND k = 0 THEN CASE
          WHEN x = 1e9 OR z > next THEN 'N'
          WHEN x = 0 AND y = {two_pi} THEN CASE WHEN z = -{half_pi} AND next = {half_pi} THEN 'A' ELSE 'R' END
          WHEN x = y OR z = next THEN 'N' ELSE 'B' END
        WHEN code = 101 AND k = 3 THEN CASE
          WHEN {half_pi} + x < z THEN 'N' WHEN {half_pi} - x <= z THEN 'A' WHEN x = y THEN 'D' ELSE 'E' END END AS kind
    FROM around),
  -- Points n of a shape in the order of its text: longitude and latitude, and a circle its radius.
  point AS (
    SELECT i, first, last, op, code, kind, CASE kind WHEN 'V' THEN k ELSE n END AS n, w.*
    FROM kinds
    CROSS JOIN LATERAL (SELECT CASE WHEN y < x THEN {two_pi} + (y - x) ELSE y - x END AS width OFFSET 0) AS box
    CROSS JOIN LATERAL (SELECT CASE kind WHEN 'B' THEN greatest(1, ceil(width * {degrees}))::integer ELSE 0 END AS steps OFFSET 0) AS parallel
    CROSS JOIN LATERAL generate_series(0, CASE kind WHEN 'B' THEN 2 * steps + 1 WHEN 'R' THEN 1 WHEN 'E' THEN 35 ELSE 0 END) AS n
    CROSS JOIN LATERAL (SELECT
      CASE kind WHEN 'E' THEN sin({half_pi} + x) * abs(cos({half_pi} + y)) * cos(n * {two_pi} / 36) END AS e1,
      CASE kind WHEN 'E' THEN abs(cos({half_pi} + x)) * sin({half_pi} + y) * sin(n * {two_pi} / 36) END AS e2,
      CASE kind WHEN 'E' THEN cos({half_pi} + x) * abs(cos({half_pi} + y)) END AS e3 OFFSET 0) AS ellipse
    CROSS JOIN LATERAL (SELECT
      CASE kind WHEN 'V' THEN x WHEN 'D' THEN CASE code WHEN 99 THEN x ELSE x3 END WHEN 'E' THEN x1 * e1 + x2 * e2 + x3 * e3 END AS v1,
      CASE kind WHEN 'V' THEN y WHEN 'D' THEN CASE code WHEN 99 THEN y ELSE y3 END WHEN 'E' THEN y1 * e1 + y2 * e2 + y3 * e3 END AS v2,
      CASE kind WHEN 'V' THEN z WHEN 'D' THEN CASE code WHEN 99 THEN z ELSE z3 END WHEN 'E' THEN z1 * e1 + z2 * e2 + z3 * e3 END AS v3 OFFSET 0) AS vector
    CROSS JOIN LATERAL (SELECT CASE kind WHEN 'E' THEN greatest(abs(v1), abs(v2), abs(v3)) ELSE 1 END AS m OFFSET 0) AS largest
    CROSS JOIN LATERAL (SELECT CASE WHEN kind = 'E' AND abs(v1) < 1e-100 THEN 0 ELSE v1 / m END AS u1, CASE WHEN kind = 'E' AND abs(v2) < 1e-100 THEN 0 ELSE v2 / m END AS u2,
      CASE WHEN kind = 'E' AND abs(v3) < 1e-100 THEN 0 ELSE v3 / m END AS u3 OFFSET 0) AS scaled
    CROSS JOIN LATERAL (SELECT CASE kind WHEN 'E' THEN sqrt(1 + CASE 1 WHEN abs(u1) THEN u2 * u2 + u3 * u3 WHEN abs(u2) THEN u1 * u1 + u3 * u3 ELSE u1 * u1 + u2 * u2 END) ELSE 1 END AS l OFFSET 0) AS length
    CROSS JOIN LATERAL (SELECT u1 / l AS d1, u2 / l AS d2, u3 / l AS d3 OFFSET 0) AS direction
    CROSS JOIN LATERAL (SELECT
      CASE kind WHEN 'B' THEN x + width * CASE WHEN n <= steps THEN n ELSE 2 * steps + 1 - n END / steps WHEN 'R' THEN 0 WHEN 'A' THEN 0
        ELSE CASE WHEN d1 = 0 AND d2 = 0 THEN 0 ELSE atan2(d2, d1) END END AS lon,
      CASE kind WHEN 'B' THEN CASE WHEN n <= steps THEN z ELSE next END WHEN 'R' THEN CASE n WHEN 0 THEN {half_pi} ELSE -{half_pi} END WHEN 'A' THEN {half_pi}
        ELSE CASE WHEN d3 = 0 THEN 0 ELSE atan2(d3, sqrt(d1 * d1 + d2 * d2)) END END AS lat OFFSET 0) AS angles
    CROSS JOIN LATERAL (SELECT
      CASE WHEN kind NOT IN ('C', 'N') THEN CASE WHEN lon < 0 THEN lon + {two_pi} WHEN lon > {two_pi} THEN lon - {two_pi} ELSE lon END * {degrees} END AS lon,
      CASE WHEN kind NOT IN ('C', 'N') THEN lat * {degrees} END AS lat,
      CASE kind WHEN 'D' THEN least(pi(), CASE code WHEN 99 THEN angle ELSE {half_pi} + x END) WHEN 'A' THEN pi()
        WHEN 'R' THEN CASE n WHEN 0 THEN {half_pi} - z ELSE {half_pi} + next END END * {degrees} AS radius OFFSET 0) AS w
    WHERE kind IS NOT NULL AND m >= 1e-90 AND CASE kind
      WHEN 'B' THEN n IN (0, 2 * steps + 1) OR abs(CASE WHEN n <= steps THEN z ELSE next END) < {half_pi}
      WHEN 'R' THEN CASE n WHEN 0 THEN z > -{half_pi} ELSE next < {half_pi} END
      ELSE TRUE END),
  -- Six decimals, rounded exactly, ties to even: a is a number times 2^30 * 15625 rounded down, of
  -- which 2^24 make a millionth, and f is what is left of it.
  phrase AS (
    SELECT i, first, last, op, code, kind, n, string_agg(CASE WHEN v < 0 OR v = 0 AND v::text = '-0' THEN '-' ELSE '' END
      || (((a + 8388607 + CASE WHEN f > trunc(f) THEN 1 ELSE (a >> 24) & 1 END) >> 24) * 0.000001)::text, ' ' ORDER BY place) AS text
    FROM point
    CROSS JOIN LATERAL (VALUES (1, lon), (2, lat), (3, radius)) AS number(place, v)
    CROSS JOIN LATERAL (SELECT abs(v) * 1073741824 AS u OFFSET 0) AS scaled
    CROSS JOIN LATERAL (SELECT (u - trunc(u)) * 15625 AS f OFFSET 0) AS fraction
    CROSS JOIN LATERAL (SELECT trunc(u)::bigint * 15625 + trunc(f)::bigint AS a OFFSET 0) AS whole
    GROUP BY i, first, last, op, code, kind, n),
  -- A text for each simple region.
  simple AS (
    SELECT i, first, last, op, code, CASE
        WHEN min(kind) IN ('V', 'B', 'E') THEN 'POLYGON ' || string_agg(text, ' ' ORDER BY CASE WHEN {dali} AND n > 0 THEN -n END NULLS FIRST, n)
        WHEN count(*) = 1 THEN 'CIRCLE ' || min(text)
        ELSE 'INTERSECTION ( ' || string_agg('CIRCLE ' || text, ' ' ORDER BY n) || ' )' END AS text
    FROM phrase
    GROUP BY i, first, last, op, code),
  -- Steps over unions and intersections: 0 is a simple region, 1 opens, 2 closes.
  step AS (
    SELECT row_number() OVER (ORDER BY i, CASE way.kind WHEN 2 THEN last ELSE first END, first DESC) AS n, way.kind, code, simple.text
    FROM simple CROSS JOIN (VALUES (0), (1), (2)) AS way(kind)
    WHERE CASE WHEN code IN (117, 105) THEN way.kind > 0 AND code <> op ELSE way.kind = 0 END),
  -- The texts in the open compounds so far, each begun by an empty one. A closing one becomes a text
  -- in that around it: of one text that text, of none everything or nothing.
  fold(n, texts) AS (
    SELECT 0::bigint, ARRAY['']
    UNION ALL
    SELECT s.n, CASE kind WHEN 0 THEN array_append(texts, s.text) WHEN 1 THEN array_append(texts, '') ELSE array_append(texts[1:start - 1], CASE
        WHEN array_position(inner_texts, NULL) IS NOT NULL THEN NULL
        WHEN cardinality(inner_texts) > 1 THEN CASE code WHEN 117 THEN 'UNION ( ' ELSE 'INTERSECTION ( ' END || array_to_string(inner_texts, ' ') || ' )'
        WHEN cardinality(inner_texts) = 1 THEN inner_texts[1]
        WHEN code = 105 THEN 'CIRCLE 0.000000 90.000000 180.000000' END) END
    FROM fold JOIN step AS s ON s.n = fold.n + 1
    CROSS JOIN LATERAL (SELECT max(place) AS start FROM unnest(array_positions(texts, '')) AS place) AS opening
    CROSS JOIN LATERAL (SELECT texts[start + 1:] AS inner_texts OFFSET 0) AS inside),
  united AS (
    SELECT CASE WHEN cardinality(texts) > 2 THEN 'UNION ( ' || array_to_string(texts[2:], ' ') || ' )' ELSE texts[2] END AS text
    FROM (SELECT texts FROM fold ORDER BY n DESC LIMIT 1) AS result
    WHERE array_position(texts, NULL) IS NULL AND NOT EXISTS (SELECT 1 FROM checked WHERE bad)),
  answer(text) AS (SELECT left(text, strpos(text, ' ')) || 'ICRS' || substr(text, strpos(text, ' ')) FROM united)
