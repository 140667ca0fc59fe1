//! Codes of the service.

use super::Code;

/// Family S.
pub const CODES: &[Code] = &[
    Code {
        code: "S001",
        title: "the settings cannot be read",
        text: "The file that --settings or OBSCORE_VIEW_SETTINGS names does not exist, may not be \
read, or is not YAML.",
    },
    Code {
        code: "S002",
        title: "unknown key in the settings",
        text: "The file of settings has a key that means nothing. A key that is spelled wrong would \
leave a limit at its default without a word, so it is an error.",
    },
    Code {
        code: "S003",
        title: "a setting has a value that it cannot have",
        text: "The message names the setting and what it takes. Settings come from the command \
line, then from variables called OBSCORE_VIEW_…, then from the file, then from defaults.",
    },
    Code {
        code: "S004",
        title: "settings contradict each other",
        text: "Each of them is possible, but not both together: a default that is larger than its \
limit, say, or tokens and a proxy that both name the users.",
    },
    Code {
        code: "S005",
        title: "the address cannot be listened at",
        text: "Another program listens there, the address is not one of this machine, or the port \
is below 1024 and needs rights. `--bind 127.0.0.1:0` takes a free port.",
    },
    Code {
        code: "S006",
        title: "the file of tokens cannot be used",
        text: "A line is `token name`: the token that clients send as `Authorization: Bearer …`, a \
space, and the name that jobs are kept under. Empty lines and lines that begin with # are left out. \
Nobody but the owner may have permissions on the file, since a token is a password.",
    },
    Code {
        code: "S007",
        title: "the folder of jobs cannot be used",
        text: "Results and uploads of asynchronous jobs are kept in files. The folder must exist \
or be creatable, and be writable. Several services that share a job database must share the folder, \
or keep files in a bucket (`jobs.results`).",
    },
    Code {
        code: "S008",
        title: "the object store of jobs cannot be used",
        text: "`jobs.results` names a bucket. When the service starts, it writes, lists, reads and \
removes a small object there, and one of these was refused: there is no such bucket, the credentials \
are wrong or may not do it, or nothing answers at the endpoint. Amazon's variables say where the \
store is and who asks: AWS_ENDPOINT_URL (not for Amazon's own store), AWS_REGION, AWS_ACCESS_KEY_ID, \
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, or those of a role.",
    },
    Code {
        code: "S010",
        title: "a parameter was given more than once",
        text: "Parameters such as QUERY, LANG, MAXREC and RESPONSEFORMAT have one value. Names are \
the same in any case of letters: `query` and `QUERY` are one parameter.",
    },
    Code {
        code: "S011",
        title: "a parameter has a value that it cannot have",
        text: "The message names the parameter and what it takes.",
    },
    Code {
        code: "S012",
        title: "a parameter is missing",
        text: "A query needs LANG=ADQL and QUERY=….",
    },
    Code {
        code: "S013",
        title: "an upload is not described as it should be",
        text: "UPLOAD is `name,uri`. The name is that of a table, to be used as TAP_UPLOAD.name; the \
URI is `param:part` for a part of the same request, or a URL where the service allows it. Several \
uploads are several UPLOAD parameters, or one with pairs that are joined by semicolons.",
    },
    Code {
        code: "S014",
        title: "an upload is not in the request",
        text: "UPLOAD names a part with `param:`, and the request has no part of that name. Parts \
come in a body of type multipart/form-data, in the same request as UPLOAD.",
    },
    Code {
        code: "S015",
        title: "an upload cannot be fetched",
        text: "Tables are fetched by http: and https: only, and only from the hosts that the \
operator of the service allows. Send the table in the request instead.",
    },
    Code {
        code: "S016",
        title: "the request is too large",
        text: "Queries, uploads and whole requests have limits, which /capabilities tells. Nothing \
is cut off: what is too large is refused.",
    },
    Code {
        code: "S017",
        title: "the body of the request cannot be read",
        text: "It does not follow its own Content-Type, or it ended early.",
    },
    Code {
        code: "S018",
        title: "the body's type is not one of a form",
        text: "Parameters come as application/x-www-form-urlencoded or multipart/form-data.",
    },
    Code {
        code: "S019",
        title: "the language or the format is not offered",
        text: "/capabilities lists the languages for LANG and the formats for RESPONSEFORMAT.",
    },
    Code {
        code: "S020",
        title: "there is no such job, or nothing of that name",
        text: "The job was never there, was deleted, or its destruction time has come. Results are \
there in the phase COMPLETED only, an error document in the phases ERROR and ABORTED.",
    },
    Code {
        code: "S021",
        title: "the job belongs to somebody else",
        text: "A job that was made with a name can be seen and changed under that name only.",
    },
    Code {
        code: "S022",
        title: "the job's phase does not allow this",
        text: "Parameters can be changed while a job is PENDING. RUN starts a job that is PENDING \
or HELD. ABORT stops one that has not ended.",
    },
    Code {
        code: "S023",
        title: "there are too many jobs",
        text: "The service keeps a limited number of jobs. Delete some, or try again later.",
    },
    Code {
        code: "S024",
        title: "the job was interrupted",
        text: "The service ended, or its machine failed, while the job was worked at, and it was \
not taken up again: either it had been tried as often as the service tries, or its files are gone. \
Run it again.",
    },
    Code {
        code: "S025",
        title: "there is no such dataset",
        text: "No ObsCore table of this service has a dataset of that identifier or data ID. It may be \
in a collection that the mapping does not search, be hidden by one of the same data ID in an earlier \
collection, or not be there at all.",
    },
    Code {
        code: "S026",
        title: "this service has no registry to ask",
        text: "Identifiers, links and files are those of Butler's registry. A service that may read \
the applied view only (`--via view`) cannot know them.",
    },
    Code {
        code: "S030",
        title: "the service failed",
        text: "Something went wrong that is no fault of the request. The operator finds what it was \
in the log, under the request's identifier.",
    },
    Code {
        code: "S031",
        title: "the service is busy",
        text: "As many queries run as may run at a time, and one did not end soon enough. Try again \
later; an asynchronous job of TAP waits for its turn.",
    },
    Code {
        code: "S032",
        title: "the query took too long",
        text: "Queries have a limit of time, which /capabilities tells. Ask for less, or make an \
asynchronous job, which may run longer.",
    },
    Code {
        code: "S033",
        title: "the query was stopped",
        text: "Its client left, its job was aborted or deleted, or the service ended.",
    },
    Code {
        code: "S034",
        title: "the object store failed",
        text: "Results and uploads of jobs are kept in an object store, which did not take or give \
one although it was asked several times. The operator finds in the log what it said. Try again later.",
    },
    Code {
        code: "S040",
        title: "a token is needed",
        text: "This service answers those only who send `Authorization: Bearer …` with a token that \
it knows.",
    },
    Code {
        code: "S050",
        title: "files are not given here",
        text: "The operator has switched files off (`files: false`), or the service does not know the datastore: \
it was given the URL of the registry's database instead of the repository's folder, its butler.yaml or its alias.",
    },
    Code {
        code: "S051",
        title: "there is no such dataset",
        text: "Files are given of the datasets that are in a published ObsCore table, of calibrations that one \
of its collections certifies, and of no others, whatever the registry has besides: those of another \
dataset type or collection than the mapping names are not there. The identifier is a UUID, as Butler \
prints it.",
    },
    Code {
        code: "S052",
        title: "the dataset has no such component",
        text: "A composite that Butler took apart has a file for each component, and none of its own; \
/files/{uuid} lists them. All other datasets are one file, and /files/{uuid} is its URL.",
    },
    Code {
        code: "S053",
        title: "the file is gone",
        text: "The registry knows the dataset, but the datastore has no record of a file any more, or the file \
that it has recorded was removed by somebody else than Butler.",
    },
    Code {
        code: "S054",
        title: "the file was removed",
        text: "Butler has put the dataset into the trash of its datastore: it is going to be deleted, or is \
already, and will not come back.",
    },
    Code {
        code: "S055",
        title: "the file may not be given",
        text: "Files are given from the roots of the datastores that butler.yaml names, after all symbolic links \
have been followed, and from the folders that the operator names in `files.folders`: where links lead, or where \
files are that were ingested with `--transfer direct`. With `files.local: false` no file of the machine's own file \
systems is given.",
    },
    Code {
        code: "S056",
        title: "files of this kind cannot be given",
        text: "Files on file systems are given, and URLs of files at s3://, http:// and https://. Members of \
zips are read on file systems only.",
    },
    Code {
        code: "S057",
        title: "the datastore failed",
        text: "The file is there, but could not be opened, or no URL of it could be signed: the file system, \
permissions or credentials of the service are not as they should be. The operator finds the reason in the log.",
    },
    Code {
        code: "S058",
        title: "the file does not have these bytes",
        text: "The request has a header Range that begins behind the end of the file. Content-Range in the answer \
tells the size.",
    },
    Code {
        code: "S059",
        title: "a datastore cannot be used",
        text: "butler.yaml names a datastore of a class that is not known, at a URL that is not reached, or in an \
object store whose settings are wrong. Its files are not given; everything else of the service works. FileDatastore \
and ChainedDatastore are known, on file systems, and at s3://, http:// and https://.",
    },
    Code {
        code: "S060",
        title: "the file has changed",
        text: "The request has a header If-Match or If-Unmodified-Since, and the file is another one now.",
    },
    Code {
        code: "S070",
        title: "this service makes no cutouts",
        text: "Cutouts are switched off (`cutouts: false`), or the service does not know the files of \
its datasets: it gives none, was given the URL of a database instead of a repository, or reads the \
applied view only.",
    },
    Code {
        code: "S071",
        title: "that is more than one cutout",
        text: "/soda/sync answers with one cutout. With several values of ID, POS, CIRCLE, POLYGON, BAND \
or TIME there is one for each combination, which a job of /soda/async makes. All values of POL are one \
filter.",
    },
    Code {
        code: "S072",
        title: "the dataset cannot be cut",
        text: "Its file has no image with celestial coordinates, is damaged, or is of a kind that the \
back-end does not read; or it does not make what was asked for; or the part would be larger than the \
service makes; or several datasets have the identifier. docs/cutouts.md says what can be cut.",
    },
    Code {
        code: "S073",
        title: "the back-end of cutouts failed",
        text: "The program or service that makes cutouts did not do so. Its operator finds in the log what it \
said. Try again later.",
    },
    Code {
        code: "S074",
        title: "the results of the job are too large",
        text: "All results of a job of cutouts together may have as many bytes as the service's setting \
`cutouts.job_bytes` says. Nothing of the job is kept. Make several jobs, with fewer values of CIRCLE, POLYGON, POS or \
ID each, or ask for smaller cutouts.",
    },
];
