//! Codes of ObsCore lints of check.

use super::Code;

/// Family L.
pub const CODES: &[Code] = &[
    Code {
        code: "L001",
        title: "unknown dataproduct_type",
        text: "ObsCore 1.1 knows image, cube, spectrum, sed, timeseries, visibility, event and \
measurements. Clients look for these words; `SELECT … WHERE dataproduct_type = 'image'` does not find \
`Image`. What is special about a product goes into dataproduct_subtype.",
    },
    Code {
        code: "L002",
        title: "calib_level out of range",
        text: "0 raw in an instrument's own form, 1 raw in a standard form, 2 calibrated, 3 enhanced \
(coadds, mosaics), 4 results of analysis.",
    },
    Code {
        code: "L003",
        title: "not a UCD",
        text: "A UCD is one or more words with semicolons between them and no blanks; a word is atoms \
with points between them; an atom is letters, digits, - and _: `phot.flux.density;em.opt`.",
    },
    Code {
        code: "L004",
        title: "unknown UCD word",
        text: "The words of a UCD come from a controlled vocabulary, and some may only stand first or \
only behind another. A common slip is `phot.flux_density` for `phot.flux.density`.",
    },
    Code {
        code: "L005",
        title: "pol_states has another form",
        text: "Polarization states stand between slashes, with one at either end, in the order \
I Q U V RR LL RL LR XX YY XY YX POLI POLA: `/I/Q/U/V/`. Clients search for `/Q/` with LIKE.",
    },
    Code {
        code: "L006",
        title: "em_min above em_max",
        text: "A spectral range is [shortest, longest] wavelength.",
    },
    Code {
        code: "L007",
        title: "implausible wavelength",
        text: "em_min and em_max are in metres, in vacuum: 402 nm are 402.0e-9. The number is no \
wavelength that an optical or infrared telescope observes at; it may be in nanometres or micrometres.",
    },
    Code {
        code: "L008",
        title: "not a media type",
        text: "access_format tells clients what access_url delivers: `image/fits`, `text/csv`, \
`application/x-votable+xml;content=datalink` for DataLink.",
    },
    Code {
        code: "L009",
        title: "obs_publisher_did without {id}",
        text: "ObsCore wants an identifier of its own for every dataset. The data ID alone does not \
make one: the same data ID exists in several runs, and another dataset type has it too. {id} is the \
dataset's UUID.",
    },
    Code {
        code: "L010",
        title: "not an IVOA identifier",
        text: "obs_publisher_did is a URI `ivo://authority/resource?local part`. The authority has \
at least three characters and begins with a letter or digit. Blanks and other characters that URIs do not have are \
written with percent signs.",
    },
    Code {
        code: "L011",
        title: "facility_map and instruments disagree",
        text: "facility_map gives instruments their facility; an instrument that is not in it gets \
facility_name. The map names an instrument that the registry does not have, or lacks one that it has.",
    },
    Code {
        code: "L012",
        title: "unknown fallback_instrument",
        text: "fallback_instrument fills instrument_name of rows without an instrument, such as coadds. \
The registry has no instrument of that name, so a search by instrument finds only those rows.",
    },
    Code {
        code: "L013",
        title: "mandatory column is never filled",
        text: "obs_id, obs_collection, obs_publisher_did and calib_level must not be NULL in ObsCore. \
Nothing in the mapping fills one of them.",
    },
    Code {
        code: "L014",
        title: "mandatory column is empty in rows",
        text: "Some rows have NULL or an empty text in a column where ObsCore allows none. A template \
that names a field which is NULL in the registry gives the text `None`, as in Butler.",
    },
    Code {
        code: "L015",
        title: "rows share obs_publisher_did",
        text: "Two rows with the same publisher dataset identifier are the same dataset to every \
client; DataLink and SODA can serve only one of them.",
    },
    Code {
        code: "L016",
        title: "instruments share obs_id",
        text: "Rows with the same obs_collection and obs_id belong to one observation. Here they come \
from different instruments: the template of obs_id lacks the instrument.",
    },
    Code {
        code: "L017",
        title: "corrupt region",
        text: "The bytes of a region do not decode. The message names the dimension record, not the \
datasets that refer to it. Geometry is NULL in their rows. Defining the visit (or registering the \
skymap) again writes the region anew.",
    },
    Code {
        code: "L018",
        title: "polygon that strict clients reject",
        text: "s_region has six decimals, as Butler writes it. Two neighbouring vertices of these \
polygons are the same at that precision, or fewer than three are left. Strict readers (cadc-dali, CAOM) \
raise an error for such a polygon.",
    },
    Code {
        code: "L019",
        title: "very large region",
        text: "The region is wider than a hemisphere. Clients that take the smaller side of an outline \
for its inside see the complement.",
    },
    Code {
        code: "L020",
        title: "region is approximated",
        text: "s_region has polygons and circles. Boxes in longitude and latitude and ellipses are \
written as polygons that are close to them.",
    },
    Code {
        code: "L021",
        title: "position out of range",
        text: "s_ra lies in 0 to 360 degrees, s_dec in -90 to 90. Positions from tracking_ra and \
tracking_dec, or from columns of the mapping, do not.",
    },
    Code {
        code: "L022",
        title: "observation ends before it begins",
        text: "t_min is after t_max in some rows.",
    },
    Code {
        code: "L023",
        title: "filter without wavelengths",
        text: "spectral_ranges has neither the physical filter nor its band, so em_min and em_max of \
its rows are NULL and no search by wavelength finds them.",
    },
];
