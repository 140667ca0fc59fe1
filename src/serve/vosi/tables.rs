//! VOSI tables (VODataService 1.1).

use super::{VS, XSI};
use crate::catalog::{Catalog, Column, ForeignKey, Schema, Table, written, written_table};
use crate::serve::xml::Xml;

/// How much of each table to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Names and descriptions of tables.
    Min,
    /// Columns and keys as well.
    Max,
}

/// Namespace of the attributes that ESA's archives add.
const ESA: (&str, &str) = ("xmlns:esatapplus", "http://esa.int/xml/EsaTapPlus");
/// An attribute of columns: nothing special.
const FLAGS: (&str, &str) = ("esatapplus:flags", "0");

/// The document of all tables.
pub fn tables(catalog: &Catalog, detail: Detail) -> String {
    set(catalog, detail, None, &|_| true)
}

/// The document for astroquery, whose `TapPlus` fails where columns lack an attribute of ESA's archives
/// (up to 0.4.11 at least). The schema of the IVOA does not allow it, so only astroquery gets it.
/// `only` are the names of the tables that are wanted; none for all.
pub fn tables_for_astroquery(catalog: &Catalog, detail: Detail, only: &[&str]) -> String {
    let wanted = |name: &str| only.is_empty() || only.iter().any(|o| o.eq_ignore_ascii_case(name));
    set(catalog, detail, Some(FLAGS), &wanted)
}

fn set(
    catalog: &Catalog,
    detail: Detail,
    flags: Option<(&str, &str)>,
    wanted: &dyn Fn(&str) -> bool,
) -> String {
    let mut namespaces = vec![("xmlns:vosi", "http://www.ivoa.net/xml/VOSITables/v1.0"), VS, XSI];
    namespaces.extend(flags.map(|_| ESA));
    let mut xml = Xml::new();
    xml.element("vosi:tableset", &namespaces, |xml| {
        for schema in &catalog.schemas {
            xml.element("schema", &[], |xml| {
                xml.leaf("name", &[], &written(&schema.name));
                xml.leaf_if("description", &schema.description);
                xml.leaf_if("utype", &schema.utype);
                for table in schema.tables.iter().filter(|table| wanted(&table.written(schema))) {
                    write_table(xml, "table", &[], (schema, table), detail, flags);
                }
            });
        }
    });
    xml.finish()
}

/// The document of one table, by its name as `/tables` and TAP_SCHEMA spell it, or without quotes.
pub fn table(catalog: &Catalog, name: &str) -> Option<String> {
    let (schema, table) = catalog
        .tables()
        .find(|(schema, table)| table.written(schema) == name)
        .or_else(|| catalog.table(name))?;
    let namespaces = [("xmlns:vosi", "http://www.ivoa.net/xml/VOSITables/v1.0"), VS, XSI];
    let mut xml = Xml::new();
    write_table(&mut xml, "vosi:table", &namespaces, (schema, table), Detail::Max, None);
    Some(xml.finish())
}

fn write_table(
    xml: &mut Xml,
    element: &str,
    namespaces: &[(&str, &str)],
    (schema, table): (&Schema, &Table),
    detail: Detail,
    flags: Option<(&str, &str)>,
) {
    let mut attributes = namespaces.to_vec();
    attributes.push(("type", table.kind.name()));
    xml.element(element, &attributes, |xml| {
        xml.leaf("name", &[], &table.written(schema));
        xml.leaf_if("description", &table.description);
        xml.leaf_if("utype", &table.utype);
        if detail == Detail::Max {
            table.columns.iter().for_each(|column| write_column(xml, column, flags));
            // astroquery takes the description of a key for that of its table.
            let keys = if flags.is_some() { &[][..] } else { &table.keys };
            keys.iter().for_each(|key| write_key(xml, key));
        }
    });
}

fn write_column(xml: &mut Xml, column: &Column, flags: Option<(&str, &str)>) {
    let std = if column.std { "true" } else { "false" };
    let attributes: Vec<_> = [("std", std)].into_iter().chain(flags).collect();
    xml.element("column", &attributes, |xml| {
        xml.leaf("name", &[], &written(&column.name));
        xml.leaf_if("description", &column.description);
        xml.leaf_if("unit", &column.unit);
        xml.leaf_if("ucd", &column.ucd);
        xml.leaf_if("utype", &column.utype);
        let mut attributes = vec![("xsi:type", "vs:VOTableType")];
        for (name, value) in
            [("arraysize", column.kind.arraysize()), ("extendedType", column.kind.xtype())]
        {
            if !value.is_empty() {
                attributes.push((name, value));
            }
        }
        xml.leaf("dataType", &attributes, column.kind.datatype().name());
        for (flag, is_set) in [("indexed", column.indexed), ("principal", column.principal)] {
            if is_set {
                xml.leaf("flag", &[], flag);
            }
        }
    });
}

fn write_key(xml: &mut Xml, key: &ForeignKey) {
    xml.element("foreignKey", &[], |xml| {
        xml.leaf("targetTable", &[], &written_table(&key.target));
        for (own, other) in &key.columns {
            xml.element("fkColumn", &[], |xml| {
                xml.leaf("fromColumn", &[], &written(own));
                xml.leaf("targetColumn", &[], &written(other));
            });
        }
        xml.leaf_if("description", &key.description);
    });
}
