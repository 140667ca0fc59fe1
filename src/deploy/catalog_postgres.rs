//! What a PostgreSQL database holds of a view.
//!
//! Stamps and seals are in comments. PostgreSQL keeps no text of a view, only its parse tree;
//! `pg_get_viewdef` and its like write that down again, with an empty search path so that every name is
//! qualified. Triggers that call a function count as parts of it, indexes as parts of their table.

use std::collections::BTreeSet;

use super::object::{Deployed, Found, Grant, Names};
use super::seal::{Seal, bare};
use crate::db::Session;
use crate::diag::Result;
use crate::lower::{Stamp, Target};
use crate::value::Cell;

const RELATIONS: &str = "\
SELECT c.oid, c.relname::text, \
 CASE c.relkind WHEN 'v' THEN 'view' WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' \
  WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'i' THEN 'index' \
  WHEN 'S' THEN 'sequence' ELSE 'type' END, \
 c.oid::regclass::text, coalesce(obj_description(c.oid, 'pg_class'), ''), \
 CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid, true) \
  WHEN 'r' THEN (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || \
    CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, E'\\n' ORDER BY a.attnum) \
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
   || coalesce((SELECT string_agg(E'\\n' || pg_get_indexdef(x.indexrelid), '' ORDER BY x.indexrelid) \
    FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid), '') \
  ELSE '' END, \
 pg_get_userbyid(c.relowner)::text \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = $1::name ORDER BY c.oid";

const FUNCTIONS: &str = "\
SELECT p.oid, p.proname::text, 'function', p.oid::regprocedure::text, \
 coalesce(obj_description(p.oid, 'pg_proc'), ''), \
 CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE '' END \
  || coalesce((SELECT string_agg(E'\\n' || pg_get_triggerdef(t.oid) || CASE t.tgenabled \
    WHEN 'O' THEN '' ELSE ' -- ' || t.tgenabled::text END, '' ORDER BY t.tgname) \
   FROM pg_catalog.pg_trigger t WHERE t.tgfoid = p.oid), ''), \
 pg_get_userbyid(p.proowner)::text \
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
WHERE n.nspname = $1::name ORDER BY p.oid";

const GRANTS: &str = "\
SELECT c.oid, pg_get_userbyid(a.grantee)::text, a.grantee = 0, a.privilege_type::text, NULL::text, \
 a.is_grantable \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
CROSS JOIN LATERAL aclexplode(c.relacl) a \
WHERE n.nspname = $1::name AND c.relkind IN ('v', 'r') AND a.grantee <> c.relowner \
UNION ALL \
SELECT c.oid, pg_get_userbyid(a.grantee)::text, a.grantee = 0, a.privilege_type::text, \
 t.attname::text, a.is_grantable \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid \
CROSS JOIN LATERAL aclexplode(t.attacl) a \
WHERE n.nspname = $1::name AND c.relkind IN ('v', 'r') AND a.grantee <> c.relowner \
UNION ALL \
SELECT p.oid, pg_get_userbyid(a.grantee)::text, a.grantee = 0, a.privilege_type::text, NULL::text, \
 a.is_grantable \
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a \
WHERE n.nspname = $1::name AND a.grantee <> p.proowner";

/// Reads it. `names` are those that are wanted.
pub async fn deployed(session: &mut Session, target: &Target, names: &Names) -> Result<Deployed> {
    let schema = target.view.schema.clone().unwrap_or_default();
    let parameter = [Cell::Text(schema.clone())];
    let mut state = Deployed { server: major(session).await?, ..Deployed::default() };
    let sql = "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') \
               FROM pg_catalog.pg_namespace WHERE nspname = $1::name";
    if let Some(row) = session.rows(sql, &parameter).await?.first() {
        state.schema_exists = true;
        let comment = row.first().and_then(Cell::as_str).unwrap_or_default();
        state.schema_is_ours = Stamp::find(comment).is_some();
    }
    let path = search_path(session, "pg_catalog").await?;
    let mut rows = session.rows(RELATIONS, &parameter).await?;
    rows.extend(session.rows(FUNCTIONS, &parameter).await?);
    search_path(session, &path).await?;
    let grants = session.rows(GRANTS, &parameter).await?;
    let view = target.own(&target.view.name);
    for row in rows {
        let Some(mut found) = object(row) else { continue };
        found.grants = grants.iter().filter_map(|row| grant(row, found.oid)).collect();
        // A view and a function may have the same name, but not a view and a table.
        let is_function = found.kind == "function";
        let names = if is_function { &names.functions } else { &names.views };
        let wanted = names.contains(&found.name);
        state.add(found, wanted, |stamped| stamped == view || (is_function && stamped.is_empty()));
    }
    Ok(state)
}

/// Sets the search path for this transaction and returns the former one.
async fn search_path(session: &mut Session, path: &str) -> Result<String> {
    let sql = "SELECT current_setting('search_path')";
    let rows = session.rows(sql, &[]).await?;
    let former = rows.iter().flatten().find_map(Cell::as_str).unwrap_or_default().to_owned();
    let sql = "SELECT set_config('search_path', $1, true)";
    session.rows(sql, &[Cell::Text(path.to_owned())]).await?;
    Ok(former)
}

/// The server's major version.
async fn major(session: &mut Session) -> Result<String> {
    let rows = session.rows("SELECT current_setting('server_version_num')", &[]).await?;
    let version = rows.iter().flatten().find_map(Cell::as_str).unwrap_or_default();
    Ok(version.chars().take(version.len().saturating_sub(4)).collect())
}

fn object(row: Vec<Cell>) -> Option<Found> {
    let [
        oid,
        Cell::Text(name),
        Cell::Text(kind),
        Cell::Text(reference),
        Cell::Text(comment),
        Cell::Text(definition),
        Cell::Text(owner),
    ] = <[Cell; 7]>::try_from(row).ok()?
    else {
        return None;
    };
    Some(Found {
        oid: oid.as_int().unwrap_or_default(),
        stamp: Stamp::find(&comment),
        seal: Seal::find(&comment),
        definition: bare(&definition),
        grants: BTreeSet::new(),
        kind,
        name,
        reference,
        owner,
    })
}

fn grant(row: &[Cell], of: i64) -> Option<Grant> {
    let [oid, role, public, privilege, column, grantable] = row else { return None };
    if oid.as_int() != Some(of) {
        return None;
    }
    let role = role.as_str().map(str::to_owned);
    Some(Grant {
        role: role.filter(|_| *public != Cell::Bool(true)),
        privilege: privilege.as_str()?.to_owned(),
        column: column.as_str().map(str::to_owned),
        grantable: *grantable == Cell::Bool(true),
    })
}

/// What depends on the objects with these oids, and is none of them: the database would refuse to
/// drop them, or take the dependants with them.
pub async fn dependants(session: &mut Session, oids: &[i64]) -> Result<Vec<String>> {
    if oids.is_empty() {
        return Ok(Vec::new());
    }
    let oids: Vec<String> = oids.iter().map(i64::to_string).collect();
    let oids = oids.join(", ");
    // A view depends through its rewrite rule; a table can depend on a view's row type. Triggers that
    // call our functions are ours.
    let sql = format!(
        "WITH ours AS (SELECT unnest(ARRAY[{oids}]::oid[]) AS oid) \
         SELECT DISTINCT CASE WHEN r.oid IS NOT NULL THEN CASE v.relkind WHEN 'm' THEN \
          'materialized view ' ELSE 'view ' END || r.ev_class::regclass::text \
          ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END \
         FROM pg_catalog.pg_depend d \
         LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid \
         LEFT JOIN pg_catalog.pg_class v ON v.oid = r.ev_class \
         WHERE d.deptype = 'n' \
          AND (d.refobjid IN (SELECT oid FROM ours) OR d.refobjid IN \
           (SELECT t.oid FROM pg_catalog.pg_type t JOIN ours ON t.typrelid = ours.oid \
            UNION ALL SELECT t.typarray FROM pg_catalog.pg_type t JOIN ours ON t.typrelid = ours.oid)) \
          AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass) \
          AND coalesce(r.ev_class, d.objid) NOT IN (SELECT oid FROM ours) \
          AND NOT (d.classid = 'pg_trigger'::regclass AND d.refclassid = 'pg_proc'::regclass) \
         ORDER BY 1"
    );
    let rows = session.rows(&sql, &[]).await?;
    Ok(rows.iter().flatten().filter_map(Cell::as_str).map(str::to_owned).collect())
}
