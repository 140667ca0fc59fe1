//! What the VOTable standard says of values and structure, document by document.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    missing_docs
)]

mod votable_support;

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use obscore_view::votable::read::{
    Array, Limits, Meaning, Serialization, Value, read, read_seekable,
};
use obscore_view::votable::{Datatype, Document, Field, Serialization as Written, Writer};
use votable_support::{Rows, all, attempt, binary, table};

fn rows(document: &str) -> Rows {
    attempt(document.as_bytes(), &Limits::default())
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn cells(fields: &str, row: &str) -> Vec<Value> {
    let rows = rows(&table(fields, &format!("<TABLEDATA><TR>{row}</TR></TABLEDATA>")));
    assert_eq!(rows.len(), 1);
    rows.into_iter().next().unwrap()
}

fn cell(attributes: &str, text: &str) -> Value {
    let field = format!("<FIELD name=\"x\" {attributes}/>");
    cells(&field, &format!("<TD>{text}</TD>")).pop().unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn values_of_tabledata() {
    assert_eq!(cell("datatype='short'", " 0x1F "), Value::Int(31));
    assert_eq!(cell("datatype='int'", "+7"), Value::Int(7));
    assert_eq!(cell("datatype='long'", "-9223372036854775808"), Value::Int(i64::MIN));
    assert_eq!(cell("datatype='double'", "+Inf"), Value::Double(f64::INFINITY));
    assert_eq!(cell("datatype='double'", "NaN"), Value::Null);
    assert_eq!(cell("datatype='double'", "\n"), Value::Null);
    assert_eq!(cell("datatype='boolean'", "TRUE"), Value::Bool(true));
    assert_eq!(cell("datatype='boolean'", "?"), Value::Null);
    assert_eq!(cell("datatype='bit'", "1"), Value::Bool(true));
    assert_eq!(cell("datatype='doubleComplex'", "1 -2"), Value::DoubleComplex([1.0, -2.0]));
    assert_eq!(cell("datatype='char' arraysize='*'", " a "), text(" a "));
    assert_eq!(cell("datatype='char' arraysize='*'", ""), Value::Null);
    assert_eq!(
        cell("datatype='bit' arraysize='*'", "10 1"),
        Value::Array(Array::Bit(vec![true, false, true]))
    );
    assert_eq!(
        cell("datatype='boolean' arraysize='3'", "T ? 0"),
        Value::Array(Array::Bool(vec![Some(true), None, Some(false)]))
    );
    assert_eq!(
        cell("datatype='char' arraysize='3x*'", "ab cde"),
        Value::Array(Array::Text(vec!["ab".into(), "cde".into()]))
    );
    let base64 = STANDARD.encode([0, 0, 0, 2, 0, 1, 0, 2]);
    let field = "<FIELD name='x' datatype='short' arraysize='*'/>";
    assert_eq!(
        cells(field, &format!("<TD encoding='base64'>{base64}</TD>")),
        [Value::Array(Array::Int(vec![Some(1), Some(2)]))]
    );
}

#[test]
fn nulls_by_value() {
    let field = "<FIELD name='x' datatype='int'><VALUES ID='v' null='-1'/></FIELD>\
                 <FIELD name='y' datatype='int' arraysize='2'><VALUES ref='v'/></FIELD>\
                 <FIELD name='z' datatype='char' arraysize='*'><VALUES null='none'><OPTION value='a'/>\
                 </VALUES></FIELD>";
    let row = "<TD>-1</TD><TD>3 -1</TD><TD>none</TD>";
    let pair = Value::Array(Array::Int(vec![Some(3), None]));
    assert_eq!(cells(field, row), [Value::Null, pair, Value::Null]);
}

#[test]
fn nulls_of_binary() {
    let fields = "<FIELD name='a' datatype='int'/><FIELD name='b' datatype='char' arraysize='*'/>\
                  <FIELD name='c' datatype='double' arraysize='*'/><FIELD name='d' datatype='char' \
                  arraysize='4'/>";
    let row = [0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, b'h', b'i', 0, b'x'];
    let empty = Value::Array(Array::Double(Vec::new()));
    // BINARY cannot tell an empty text or array from null.
    assert_eq!(
        rows(&binary("BINARY", fields, &row)),
        [[Value::Int(5), Value::Null, Value::Null, text("hi")]]
    );
    let flagged = |flags: u8| [&[flags], row.as_slice()].concat();
    assert_eq!(
        rows(&binary("BINARY2", fields, &flagged(0))),
        [[Value::Int(5), text(""), empty, text("hi")]]
    );
    assert_eq!(
        rows(&binary("BINARY2", fields, &[flagged(0x80), flagged(0x70)].concat())),
        [
            [Value::Null, text(""), Value::Array(Array::Double(Vec::new())), text("hi")],
            [Value::Int(5), Value::Null, Value::Null, Value::Null],
        ]
    );
    // The ninth column is the highest bit of the second byte.
    let fields: String =
        (0..9).map(|i| format!("<FIELD name='c{i}' datatype='unsignedByte'/>")).collect();
    let found = rows(&binary("BINARY2", &fields, &[0x01, 0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(found[0][7..], [Value::Null, Value::Null]);
    assert_eq!(found[0][6], Value::Int(6));
}

#[test]
fn arrays_of_binary() {
    let fields = "<FIELD name='a' datatype='bit' arraysize='*'/><FIELD name='b' datatype='bit' \
                  arraysize='9'/><FIELD name='c' datatype='short' arraysize='2x*'/><FIELD name='d' \
                  datatype='unicodeChar' arraysize='*'/>";
    let mut row = vec![0, 0, 0, 3, 0b1010_0000, 0xff, 0x80, 0, 0, 0, 4, 0, 1, 0, 2, 0, 3, 255, 255];
    row.extend([0, 0, 0, 3, 0, b'a', 0xd8, 0x3d, 0xde, 0x00]);
    let found = rows(&binary("BINARY", fields, &row));
    assert_eq!(
        found,
        [[
            Value::Array(Array::Bit(vec![true, false, true])),
            Value::Array(Array::Bit(vec![true; 9])),
            Value::Array(Array::Int(vec![Some(1), Some(2), Some(3), Some(-1)])),
            text("a😀"),
        ]]
    );
}

#[test]
fn base64_in_pieces() {
    let fields = "<FIELD name='a' datatype='short'/>";
    let pieces = "A<!-- no --> AEA\n<![CDATA[A]]>gAD&#10;&#65;A<?no?>Q=";
    let document =
        table(fields, &format!("<BINARY><STREAM encoding='base64'>{pieces}</STREAM></BINARY>"));
    let wanted: Rows = [1, 2, 3, 4].map(|number| vec![Value::Int(number)]).into();
    assert_eq!(rows(&document), wanted);
}

#[test]
fn names_and_places() {
    let document = "<?xml version='1.0'?>\n<!DOCTYPE VOTABLE SYSTEM 'http://us-vo.org/xml/VOTable.dtd'>\n\
        <v:VOTABLE version='1.1' xmlns:v='http://www.ivoa.net/xml/VOTable/v1.1' xmlns:x='urn:x'>\
        <v:DESCRIPTION>none</v:DESCRIPTION><x:RESOURCE><x:TABLE/></x:RESOURCE>\
        <v:RESOURCE type='meta'><v:TABLE><v:FIELD name='no' datatype='int'/></v:TABLE></v:RESOURCE>\
        <v:RESOURCE><v:INFO name='a' value='b'/><v:PARAM name='p' datatype='int' value='1'/>\
        <v:RESOURCE><v:TABLE name='t' ID='i'><v:DESCRIPTION> a &amp;\n<![CDATA[<b>]]> </v:DESCRIPTION>\
        <v:GROUP><v:PARAM name='q' datatype='int' value='1'/></v:GROUP>\
        <v:FIELD ID='ra' datatype='double' unit='deg' ucd='pos.eq.ra' utype='u:x' xtype='y' ref='icrs'>\
        <v:DESCRIPTION>right</v:DESCRIPTION><v:LINK href='x'/></v:FIELD><x:FIELD name='no'/>\
        <v:DATA><v:TABLEDATA><v:TR ID='r1'><v:TD>1</v:TD></v:TR></v:TABLEDATA></v:DATA>\
        </v:TABLE></v:RESOURCE><v:TABLE><v:FIELD name='no' datatype='int'/></v:TABLE></v:RESOURCE>\
        </v:VOTABLE>";
    let mut reader = read(document.as_bytes(), "x", &Limits::default()).unwrap();
    let found = reader.table();
    assert_eq!((found.name.as_str(), found.id.as_str()), ("t", "i"));
    assert_eq!((found.version.as_str(), found.description.as_str()), ("1.1", "a &\n<b>"));
    assert_eq!(reader.serialization(), Serialization::TableData);
    let [column] = reader.columns() else { panic!("one column") };
    let said = [&column.name, &column.id, &column.unit, &column.ucd, &column.utype, &column.xtype];
    assert_eq!(said, ["ra", "ra", "deg", "pos.eq.ra", "u:x", "y"]);
    assert_eq!((column.reference.as_str(), column.description.as_str()), ("icrs", "right"));
    assert_eq!(all(&mut reader).unwrap(), [[Value::Double(1.0)]]);
}

#[test]
fn tables_of_meta_resources_come_last() {
    let meta = table("<FIELD name='m' datatype='int'/>", "").replace("results", "meta");
    let error = read(meta.as_bytes(), "x", &Limits::default()).err().unwrap();
    assert_eq!(error.code, "V005");
    let reader = read_seekable(Cursor::new(&meta), "x", &Limits::default()).unwrap();
    assert_eq!(reader.columns()[0].name, "m");
    let both = meta.replace(
        "</VOTABLE>",
        "<RESOURCE><TABLE><FIELD name='r' datatype='int'/></TABLE>\
                                           </RESOURCE></VOTABLE>",
    );
    let reader = read_seekable(Cursor::new(&both), "x", &Limits::default()).unwrap();
    assert_eq!(reader.columns()[0].name, "r");
}

#[test]
fn extended_types() {
    let meaning = |attributes: &str, value: &str| {
        let field = format!("<FIELD name='x' {attributes}/>");
        let document = table(&field, &format!("<TABLEDATA><TR><TD>{value}</TD></TR></TABLEDATA>"));
        let mut reader = read(document.as_bytes(), "x", &Limits::default()).unwrap();
        let row = reader.next().unwrap().unwrap();
        reader.columns()[0].meaning(&row[0]).map_err(|wrong| wrong.what)
    };
    let text = |xtype: &str, value: &str| {
        meaning(&format!("datatype='char' arraysize='*' xtype='{xtype}'"), value)
    };
    let numbers = |xtype: &str, size: &str, value: &str| {
        meaning(&format!("datatype='double' arraysize='{size}' xtype='{xtype}'"), value)
    };
    let triangle = Meaning::Polygon(vec![(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]);
    assert_eq!(
        text("timestamp", "1970-01-02T00:00:01.5"),
        Ok(Some(Meaning::Instant(86_401_500_000_000)))
    );
    assert!(text("timestamp", "yesterday").is_err());
    assert_eq!(text("adql:POINT", "Position ICRS 10 20"), Ok(Some(Meaning::Point(10.0, 20.0))));
    assert_eq!(
        text("adql:REGION", "POLYGON ICRS GEOCENTER 0 0 1 0 0 1"),
        Ok(Some(triangle.clone()))
    );
    assert!(text("adql:REGION", "CIRCLE GALACTIC 1 2 3").is_err());
    assert_eq!(text("shape", "circle 1 2 3"), Ok(Some(Meaning::Circle(1.0, 2.0, 3.0))));
    assert_eq!(text("shape", ""), Ok(None));
    assert_eq!(numbers("polygon", "*", "0 0 1 0 0 1"), Ok(Some(triangle)));
    assert!(numbers("polygon", "*", "0 0 1 0").is_err());
    assert_eq!(numbers("point", "2", "1 2"), Ok(Some(Meaning::Point(1.0, 2.0))));
    assert_eq!(numbers("point", "2", "NaN NaN"), Ok(None));
    assert!(numbers("point", "2", "1 91").is_err());
    // The three attributes do not agree.
    assert_eq!(numbers("point", "*", "1 2"), Ok(None));
    assert_eq!(
        numbers("range", "4", "359 1 -1 1"),
        Ok(Some(Meaning::Range(359.0, 1.0, -1.0, 1.0)))
    );
    let open = Meaning::Interval(f64::NEG_INFINITY, 1.0);
    assert_eq!(numbers("interval", "2", "-Inf 1"), Ok(Some(open)));
    assert!(numbers("interval", "2", "2 1").is_err());
}

#[test]
fn what_the_writer_writes() {
    let field = |name: &str, datatype| Field {
        id: String::new(),
        name: name.into(),
        datatype,
        arraysize: if datatype.is_text() { "*".into() } else { String::new() },
        xtype: String::new(),
        unit: "deg".into(),
        ucd: String::new(),
        utype: String::new(),
        reference: String::new(),
        description: "a < b".into(),
    };
    let fields = vec![
        field("bool", Datatype::Boolean),
        field("short", Datatype::Short),
        field("long", Datatype::Long),
        field("double", Datatype::Double),
        field("text", Datatype::Char),
        field("words", Datatype::UnicodeChar),
    ];
    let document = Document { table: "t".into(), fields, ..Document::default() };
    for serialization in [Written::TableData, Written::Binary2] {
        use obscore_view::votable::Value as Out;
        let mut writer = Writer::begin(Vec::new(), &document, serialization).unwrap();
        let mut wanted: Rows = Vec::new();
        for number in 0..5000_i64 {
            let (half, word) =
                (f64::from(i32::try_from(number).unwrap()) / 3.0, format!("<é{number}&😀"));
            let flag = number % 2 == 0;
            if number % 7 == 0 {
                writer.row(vec![Out::Null; 6]).unwrap();
                wanted.push(vec![Value::Null; 6]);
            } else {
                let (short, long) = (Out::Int(number), Out::Int(-number << 40));
                let texts = [Out::Text(" a&b "), Out::Text(&word)];
                let row = [Out::Bool(flag), short, long, Out::Double(half), texts[0], texts[1]];
                writer.row(row).unwrap();
                let row = [Value::Bool(flag), Value::Int(number), Value::Int(-number << 40)];
                let more = [Value::Double(half), text(" a&b "), text(&word)];
                wanted.push(row.into_iter().chain(more).collect());
            }
        }
        let bytes = writer.end(None).unwrap();
        let mut reader = read(bytes.as_slice(), "x", &Limits::default()).unwrap();
        assert_eq!(reader.columns()[5].description, "a < b");
        assert_eq!(all(&mut reader).unwrap(), wanted);
    }
}
