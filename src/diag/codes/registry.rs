//! Codes of registries, databases and credentials.

use super::Code;

/// Family R.
pub const CODES: &[Code] = &[
    Code {
        code: "R001",
        title: "There is no such repository",
        text: concat!(
            "REPO was neither a known alias nor the path of anything that can be read. REPO is ",
            "one of: a repository directory (which has a butler.yaml), the path of a butler.yaml, ",
            "an alias from the file that DAF_BUTLER_REPOSITORY_INDEX names, a database URL ",
            "(postgresql://…, sqlite:///…), a SQLite file, or a snapshot written by `obscore-view ",
            "inspect REPO -o FILE`.",
        ),
    },
    Code {
        code: "R003",
        title: "The repository index cannot be read",
        text: concat!(
            "Aliases of repositories come from the file that DAF_BUTLER_REPOSITORY_INDEX names, ",
            "or from the text in DAF_BUTLER_REPOSITORIES; only one of the two may be set. Either ",
            "is YAML or JSON and maps aliases to places:\n",
            "\n",
            "    main: /repo/main/butler.yaml",
        ),
    },
    Code {
        code: "R004",
        title: "The repository's configuration is wrong",
        text: concat!(
            "butler.yaml, or a file that it includes (`includeConfigs`, `!include`), is not valid ",
            "YAML, or the files include each other.",
        ),
    },
    Code {
        code: "R005",
        title: "The repository is not local",
        text: concat!(
            "A Butler server or a configuration in an object store was named. A view lives in the ",
            "registry's database, so give the database URL itself, or a local copy of butler.yaml ",
            "whose `registry.db` leads to the database. Where the datastore is does not matter.",
        ),
    },
    Code {
        code: "R006",
        title: "The database URL is not understood",
        text: concat!(
            "Butler registries live in PostgreSQL or SQLite:\n",
            "\n",
            "    postgresql://user@host:5432/database?namespace=schema&sslmode=require\n",
            "    sqlite:///relative/gen3.sqlite3\n",
            "    sqlite:////absolute/gen3.sqlite3\n",
            "\n",
            "SQLAlchemy's drivers (postgresql+psycopg2) are accepted and ignored. Characters such ",
            "as @, / and ? in a user name or a password are written as %40, %2F and %3F.",
        ),
    },
    Code {
        code: "R007",
        title: "The snapshot cannot be read",
        text: "The file is not JSON, or not what `obscore-view inspect REPO -o FILE` writes.",
    },
    Code {
        code: "R008",
        title: "The snapshot has an unknown format",
        text: concat!(
            "Snapshots carry the version of their format. Write the snapshot anew with the ",
            "obscore-view that is to read it.",
        ),
    },
    Code {
        code: "R010",
        title: "db-auth.yaml may be used by others",
        text: concat!(
            "The file holds passwords. As Butler does, obscore-view refuses it when the group or ",
            "the world has any permission on it. `chmod 600` it.",
        ),
    },
    Code {
        code: "R011",
        title: "db-auth.yaml is wrong",
        text: concat!(
            "The file (or the variable LSST_DB_AUTH_CREDENTIALS, as JSON) is a list of entries ",
            "with `url`, `username` and `password`. The first entry that matches is used. The URL ",
            "begins with a dialect (postgresql) without a driver; host and database are shell ",
            "patterns; user, port and database match anything when they are left out:\n",
            "\n",
            "    - url: postgresql://*.example.org/butler_*\n",
            "      username: reader\n",
            "      password: …",
        ),
    },
    Code {
        code: "R020",
        title: "The server refuses the password, or asks for one",
        text: concat!(
            "The message says where the password came from. Sources, in order: the URL, db- ",
            "auth.yaml (LSST_DB_AUTH, ~/.lsst/db-auth.yaml), PGPASSWORD, the password file ",
            "(PGPASSFILE, ~/.pgpass). A password file that others may read is not used.",
        ),
    },
    Code {
        code: "R021",
        title: "The server's host is unknown",
        text: "The name could not be resolved.",
    },
    Code {
        code: "R022",
        title: "Nothing accepts connections there",
        text: concat!(
            "The host exists, or the socket's directory was named, but no PostgreSQL server ",
            "listens on the port.",
        ),
    },
    Code {
        code: "R023",
        title: "There is no such database",
        text: "The server has no database of that name. `psql -l` lists them.",
    },
    Code {
        code: "R024",
        title: "A file, table or column does not exist",
        text: concat!(
            "Either the SQLite file cannot be opened, or a table went away since the registry was ",
            "looked at: the snapshot is old, or the namespace is another one.",
        ),
    },
    Code {
        code: "R025",
        title: "No encrypted connection",
        text: concat!(
            "TLS could not be negotiated, or the certificate does not verify. `sslmode` in the ",
            "URL says what is demanded, `sslrootcert` names the authority to trust.",
        ),
    },
    Code {
        code: "R026",
        title: "The server does not let this role in",
        text: "The role does not exist, or pg_hba.conf has no entry for it from here.",
    },
    Code {
        code: "R027",
        title: "The database did not answer in time",
        text: concat!(
            "No answer to the connection attempt, all connections taken, a lock held by another ",
            "process, or a statement ran longer than it may.",
        ),
    },
    Code {
        code: "R028",
        title: "A privilege is missing",
        text: concat!(
            "Reading a registry needs USAGE on its schema and SELECT on its tables:\n",
            "\n",
            "    GRANT USAGE ON SCHEMA registry TO reader;\n",
            "    GRANT SELECT ON ALL TABLES IN SCHEMA registry TO reader;\n",
            "\n",
            "Installing a view needs CREATE on the schema that the view goes to.",
        ),
    },
    Code {
        code: "R029",
        title: "The database reports an error",
        text: concat!(
            "An error that obscore-view knows nothing better about; the database's own words are ",
            "in the message.",
        ),
    },
    Code {
        code: "R030",
        title: "The database holds no Butler registry",
        text: concat!(
            "A registry has a table butler_attributes in its namespace. On PostgreSQL the ",
            "namespace is a schema: `registry.namespace` of butler.yaml, `?namespace=` in a URL, ",
            "or the first schema of the search_path.",
        ),
    },
    Code {
        code: "R031",
        title: "The registry lacks tables",
        text: concat!(
            "butler_attributes is there, but tables that every registry has are not: it was not ",
            "made whole, was restored in part, or is being migrated.",
        ),
    },
    Code {
        code: "R032",
        title: "A manager of the registry is unknown",
        text: concat!(
            "butler_attributes names the Python class behind each part of the schema. A class ",
            "that obscore-view does not know has tables that it does not know either.",
        ),
    },
    Code {
        code: "R033",
        title: "The version of a manager is unknown",
        text: concat!(
            "By Butler's rule another major version is not compatible, and a newer minor version ",
            "can be read. The message names manager and version.",
        ),
    },
    Code {
        code: "R034",
        title: "The dimension universe is unknown",
        text: concat!(
            "Known are the versions 0 to 8 of the namespace daf_butler. Columns of dimensions ",
            "differ from version to version, so obscore-view does not guess.",
        ),
    },
    Code {
        code: "R035",
        title: "The dimension universe cannot be read",
        text: concat!(
            "The row `config:dimensions.json` of butler_attributes holds the universe as JSON. ",
            "Butler writes it when a repository is made and when it is migrated.",
        ),
    },
    Code {
        code: "R036",
        title: "The tables disagree with butler_attributes",
        text: concat!(
            "Versions in butler_attributes and the columns of the tables belong together; a ",
            "schema migration changes both. While it is under way, or when it was broken off, ",
            "they differ. Finish the migration, then try again.",
        ),
    },
    Code {
        code: "R037",
        title: "There is no such namespace",
        text: "The PostgreSQL database has no schema of that name. The help lists those it has.",
    },
    Code {
        code: "R038",
        title: "The registry names no manager",
        text: concat!(
            "butler_attributes has no row for a manager that every registry has, or no rows at ",
            "all: the registry is older than versioned schemas, or was not made whole.",
        ),
    },
    Code {
        code: "R039",
        title: "The file is not a SQLite database",
        text: "The file is something else, is encrypted, or is damaged.",
    },
    Code {
        code: "R040",
        title: "The registry contradicts itself",
        text: concat!(
            "A row refers to something that does not exist, or has a value that Butler never ",
            "writes.",
        ),
    },
    Code {
        code: "R041",
        title: "A column's type cannot be read",
        text: concat!(
            "obscore-view reads numbers, text, bytes, UUIDs and timestamps. Cast the column to ",
            "one of these.",
        ),
    },
];
