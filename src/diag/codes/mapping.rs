//! Codes of mapping files.

use super::Code;

/// Family M, up to M099.
pub const CODES: &[Code] = &[
    Code {
        code: "M001",
        title: "the mapping is not YAML, or not a single document",
        text: "\
The file cannot be taken apart into keys and values. The mark stands where the YAML parser gave up;
the mistake is often on the line before: a missing colon, a quote that is not closed, a tab instead
of spaces, an uneven indentation.

  wrong:  collections: [LSSTCam/raw/all          right:  collections: [LSSTCam/raw/all]
  wrong:  obs_id_fmt: {visit}-{detector}         right:  obs_id_fmt: \"{visit}-{detector}\"

A mapping is one document, so a second `---` is an error too, and an alias cannot stand inside the
anchor that it names.",
    },
    Code {
        code: "M002",
        title: "the mapping is too large or too deep",
        text: "\
A mapping may have 1 MiB, 200000 values (each use of an alias counts all values behind it) and 40
levels of nesting. Mappings in use have a few hundred values in five levels; more is a file of
another kind, or aliases that multiply each other.",
    },
    Code {
        code: "M003",
        title: "a YAML value that cannot be used",
        text: "\
Butler reads its files with PyYAML, which follows YAML 1.1, and so does this program. Some values
look harmless but are none there: dates that do not exist, numbers without digits, a lone `=`, lists
as keys, tags that PyYAML's safe loader does not know, and `<<` with something that is not a block.

  wrong:  publication_date: 2025-02-30           right:  publication_date: 2025-02-28
  wrong:  obs_collection: !name X                right:  obs_collection: X
  wrong:  title: =                               right:  title: \"=\"",
    },
    Code {
        code: "M004",
        title: "the same key twice in one block",
        text: "\
YAML readers keep the last one silently, as Butler does, so the first one has no effect. This is
seldom what was meant. Remove one of them. Keys that `<<` brings in may be repeated: that is how a
merged block is changed.",
    },
    Code {
        code: "M005",
        title: "an unknown key",
        text: "\
Neither Butler nor obscore-view knows this key here, so it has no effect. Often it is misspelled or
indented to the wrong level: `calib_level` belongs into the block of a dataset type, `facility_name`
to the top. Keys of obscore-view stand under `obscore_view:`.

  wrong:  winding: butler
  right:  obscore_view:
            winding: butler

`obscore-view schema` prints a JSON Schema with all keys, for the editor.",
    },
    Code {
        code: "M006",
        title: "the mapping includes another file",
        text: "\
Butler's configuration reader can include files by the tag `!include` or the key `includeConfigs`.
A mapping is read as one file here, so that every message can point into it and its digest says all
about it. Copy the included text in. Repetition inside one file is avoided by anchors:

  raw: &common
    dataproduct_type: image
    calib_level: 1
  calexp:
    <<: *common
    calib_level: 2",
    },
    Code {
        code: "M007",
        title: "a key that is no longer read",
        text: "\
Older versions of Butler or dax_obscore read this key; the present ones ignore it, and so does this
program. It does no harm and may be removed.",
    },
    Code {
        code: "M008",
        title: "a key that Butler does not read in this kind of file",
        text: "\
A file with `collection_type` configures Butler's live ObsCore manager, which reads `namespace`,
`version` and `table_name`. A file without configures `butler obscore export`, which reads `where`,
`dataset_type_constraints`, `origin` and the formats of the output. obscore-view reads both kinds; a
key of the other kind is told, because Butler would give other rows.",
    },
    Code {
        code: "M009",
        title: "the mapping names no collections",
        text: "\
Without `collection_type`, `collections` is the search path from which datasets come. Butler's
exporter refuses to search all collections, and a view of all of them would mix test runs with
releases.

  collections: [LSSTCam/runs/DRP/DP2]",
    },
    Code {
        code: "M010",
        title: "a required key is missing",
        text: "\
Required are `facility_name` and `dataset_types` at the top, `dataproduct_type` and `calib_level`
in each dataset type, `template` in a column block, `publisher` and `publication_date` in `origin`,
`cls` in a plugin, and `version` beside `collection_type`. The smallest mapping:

  facility_name: Rubin:Simonyi
  obs_collection: LSST.DP2
  collections: [LSSTCam/runs/DRP/DP2]
  dataset_types:
    raw:
      dataproduct_type: image
      calib_level: 1
      obs_id_fmt: \"{records[exposure].obs_id}\"",
    },
    Code {
        code: "M011",
        title: "a value of the wrong type",
        text: "\
The value is not of the type that the key takes. YAML guesses the type of what stands without
quotes: yes, no, on, off are booleans, 123 is an integer, 2025-06-30 a date, {visit} a block.
Quotes make a text of anything.

  wrong:  obs_id_fmt: {visit}                    right:  obs_id_fmt: \"{visit}\"
  wrong:  obs_collection: 2025                   right:  obs_collection: \"2025\"
  wrong:  collections: LSSTCam/raw/all           right:  collections: [LSSTCam/raw/all]
  wrong:  spectral_ranges: {no: [1, 2]}          right:  spectral_ranges: {\"no\": [1, 2]}

Where a number is wanted, text that spells one is taken too, as Butler does.",
    },
    Code {
        code: "M012",
        title: "a value that is not one of the possible ones",
        text: "\
The key takes one of a few words, spelled exactly so, upper and lower case included. The message
lists them.

  wrong:  collection_type: run                   right:  collection_type: RUN
  wrong:  type: integer                          right:  type: int",
    },
    Code {
        code: "M013",
        title: "not two values",
        text: "\
`s_xel` is a pair of pixel counts, and a spectral range a pair of wavelengths in metres.

  wrong:  s_xel: 4096                            right:  s_xel: [4608, 4096]
  wrong:  g: [552.0e-9]                          right:  g: [402.0e-9, 552.0e-9]",
    },
    Code {
        code: "M014",
        title: "a number that makes no sense there",
        text: "\
Butler takes the number, but it can hardly be meant: calibration levels are 0 to 4, lengths and
batches are positive, wavelengths are in metres and the shorter comes first.

  wrong:  g: [402, 552]                          right:  g: [402.0e-9, 552.0e-9]",
    },
    Code {
        code: "M015",
        title: "TAGGED takes exactly one collection",
        text: "\
With `collection_type: TAGGED`, `collections` names the one TAGGED collection whose datasets become
rows. Several collections are possible with `collection_type: RUN` (regular expressions on names of
RUN collections), or without `collection_type` (a search path of collections of any type).",
    },
    Code {
        code: "M016",
        title: "an unknown spatial plugin",
        text: "\
Plugins are Python classes of Butler; a view can have the columns of those that it knows. The
pgSphere plugin gives a spoly and a spoint column and needs the extension pg_sphere; the default
plugin stands for s_ra, s_dec, s_fov and s_region, which are always there.

  spatial_plugins:
    pgsphere:
      cls: lsst.daf.butler.registry.obscore.pgsphere.PgSphereObsCorePlugin
      config: {region_column: pgs_region, position_column: pgs_center}",
    },
    Code {
        code: "M017",
        title: "a constant text that looks like a template",
        text: "\
A plain text under `extra_columns` is a constant, braces included; Butler takes it so too. A value
that is made from the dataset is a block with `template`.

  constant:  obs_title: \"{visit}\"
  template:  obs_title: {template: \"{visit}\"}",
    },
    Code {
        code: "M018",
        title: "not a column that can be filled under `obscore_view: columns`",
        text: "\
There stand columns of ObsCore 1.1 that Butler never fills: the optional ones (target_class,
data_rights, proposal_id, s_pixel_scale, …) and a few mandatory ones (s_resolution, em_res_power,
pol_states, …). Their types, units and UCDs are the standard's. Columns of your own, and new values
for columns that Butler fills, go under `extra_columns`.",
    },
    Code {
        code: "M019",
        title: "an unknown compression of Parquet",
        text: "\
`parquet_compression` is one of snappy, zstd, gzip, lz4, brotli, none. Butler takes any text here and
fails when it writes the file. It matters for Parquet exports only.",
    },
    Code {
        code: "M020",
        title: "a bind value of an impossible kind",
        text: "\
Bind values are texts, 64-bit integers, numbers, timestamps with a time of day, and lists of values
of one kind for IN.

  wrong:  bind: {since: 2024-05-01}              right:  bind: {since: 2024-05-01T00:00:00}
  wrong:  bind: {visits: [1, \"2\"]}               right:  bind: {visits: [1, 2]}",
    },
    Code {
        code: "M021",
        title: "a bind value that is not used",
        text: "\
The expression beside `bind` does not contain the name. It may be misspelled in one of the two
places; a name under `bind` that is also a dimension hides the dimension.",
    },
    Code {
        code: "M022",
        title: "a constraint on a dataset type that is not mapped",
        text: "\
`dataset_type_constraints` has an entry for a dataset type that is not under `dataset_types`, so the
constraint has no effect. Mind that names of dataset types are case-sensitive.",
    },
];
