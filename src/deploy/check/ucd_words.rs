//! The words of UCD1+.
//!
//! From the IVOA's list of UCD words, version 1.6 (endorsed note of 2024-12-18): a family a line,
//! its words without the family's name, `-` for the family itself, each with where it may stand:
//! P first, S not first, Q both, E photometric, C colour, V vector (all of these both).

/// Family and words.
#[rustfmt::skip]
pub const WORDS: &[(&str, &str)] = &[
    ("arith",
     "-/Q diff/S factor/P grad/P rate/P ratio/S squared/S sum/S variation/S zp/Q"),
    ("em",
     "-/S IR/S IR.J/S IR.H/S IR.K/S IR.3-4um/S IR.4-8um/S IR.8-15um/S IR.15-30um/S \
      IR.30-60um/S IR.60-100um/S IR.NIR/S IR.MIR/S IR.FIR/S UV/S UV.10-50nm/S UV.50-100nm/S \
      UV.100-200nm/S UV.200-300nm/S X-ray/S X-ray.soft/S X-ray.medium/S X-ray.hard/S bin/Q \
      energy/Q freq/Q freq.cutoff/Q freq.resonance/Q gamma/S gamma.soft/S gamma.hard/S line/S \
      line.HI/S line.Lyalpha/S line.Halpha/S line.Hbeta/S line.Hgamma/S line.Hdelta/S \
      line.Brgamma/S line.OIII/S line.CO/S mm/S mm.30-50GHz/S mm.50-100GHz/S mm.100-200GHz/S \
      mm.200-400GHz/S mm.400-750GHz/S mm.750-1500GHz/S mm.1500-3000GHz/S opt/S opt.U/S opt.B/S \
      opt.V/S opt.R/S opt.I/S pw/S radio/S radio.20MHz/S radio.20-100MHz/S radio.100-200MHz/S \
      radio.200-400MHz/S radio.400-750MHz/S radio.750-1500MHz/S radio.1500-3000MHz/S \
      radio.3-6GHz/S radio.6-12GHz/S radio.12-30GHz/S wavenumber/Q wl/Q wl.central/Q \
      wl.effective/Q"),
    ("instr",
     "-/Q background/E bandpass/Q bandwidth/Q baseline/Q beam/S calib/Q det/S det.noise/Q \
      det.psf/Q det.qe/Q dispersion/Q experiment/Q filter/S fov/S obsty/S obsty.seeing/Q \
      offset/Q order/Q param/Q pixel/S plate/S plate.emulsion/Q precision/Q rmsf/Q \
      saturation/Q scale/Q sensitivity/Q setup/Q skyLevel/Q skyTemp/Q tel/Q tel.focalLength/Q \
      voxel/S"),
    ("meta",
     "-/P abstract/P bib/P bib.author/P bib.bibcode/P bib.fig/P bib.journal/P bib.page/P \
      bib.volume/P calibLevel/Q checksum/Q code/P code.class/P code.error/P code.member/P \
      code.mime/P code.multip/P code.qual/P code.status/P coverage/Q cryptic/P curation/Q \
      dataset/Q email/Q file/S fits/S id/P id.assoc/P id.CoI/P id.cross/P id.parent/P \
      id.part/P id.PI/P main/S modelled/S note/P number/P preview/S query/Q record/P ref/P \
      ref.doi/P ref.epic/P ref.ivoid/Q ref.orcid/P ref.pid/P ref.rorid/P ref.uri/P ref.url/P \
      software/S table/S title/P ucd/Q unit/P version/P"),
    ("obs",
     "-/S airMass/Q atmos/S atmos.extinction/Q atmos.humidity/Q atmos.rain/Q \
      atmos.refractAngle/Q atmos.turbulence/S atmos.turbulence.isoplanatic/P atmos.water/Q \
      atmos.wind/S calib/S calib.flat/S calib.dark/S exposure/S field/S image/S observer/Q \
      occult/S transit/S param/Q proposal/S proposal.cycle/Q sequence/S"),
    ("phot",
     "-/E antennaTemp/E calib/Q color/C color.excess/Q color.reddFree/Q count/E fluence/E \
      flux/E flux.bol/Q flux.density/E flux.density.sb/E flux.sb/E limbDark/E mag/E mag.bc/E \
      mag.bol/Q mag.distMod/Q mag.reddFree/E mag.sb/E radiance/E"),
    ("phys",
     "-/Q SFR/Q absorption/E absorption.coeff/Q absorption.gal/Q absorption.opticalDepth/Q \
      abund/Q abund.Fe/Q abund.X/Q abund.Y/Q abund.Z/Q acceleration/Q aerosol/S albedo/Q \
      angArea/Q angMomentum/Q angSize/E angSize.smajAxis/E angSize.sminAxis/E area/Q atmol/S \
      atmol.branchingRatio/Q atmol.collisional/S atmol.collStrength/Q atmol.configuration/Q \
      atmol.crossSection/Q atmol.element/Q atmol.excitation/Q atmol.final/Q atmol.initial/Q \
      atmol.ionStage/Q atmol.ionization/S atmol.lande/Q atmol.level/S atmol.lifetime/Q \
      atmol.lineShift/Q atmol.number/Q atmol.oscStrength/Q atmol.parity/Q atmol.qn/Q \
      atmol.radiationType/Q atmol.symmetry/Q atmol.sWeight/Q atmol.sWeight.nuclear/Q \
      atmol.term/Q atmol.transition/S atmol.transProb/Q atmol.wOscStrength/Q atmol.weight/Q \
      columnDensity/Q composition/S composition.massLightRatio/Q composition.yield/Q \
      cosmology/S current/Q current.density/Q damping/Q density/Q density.phaseSpace/Q \
      dielectric/Q dispMeasure/Q dust/S electCharge/Q electField/V electron/S electron.degen/Q \
      emissMeasure/Q emissivity/Q energy/Q energy.Gibbs/Q energy.Helmholtz/Q energy.density/Q \
      enthalpy/Q entropy/Q eos/Q excitParam/Q fluence/E flux/Q flux.energy/Q gauntFactor/Q \
      gravity/Q inspiralSpin/Q ionizParam/Q ionizParam.coll/Q ionizParam.rad/Q luminosity/E \
      luminosity.fun/Q magAbs/E magAbs.bol/Q magField/V mass/Q mass.inertiaMomentum/Q \
      mass.loss/Q mol/Q mol.dipole/Q mol.dipole.electric/Q mol.dipole.magnetic/Q \
      mol.dissociation/Q mol.formationHeat/Q mol.quadrupole/Q mol.quadrupole.electric/Q \
      mol.rotation/S mol.vibration/S particle/S particle.neutrino/S particle.neutron/S \
      particle.proton/S particle.alpha/S phaseSpace/S polarization/E polarization.circular/Q \
      polarization.coherency/Q polarization.linear/Q polarization.rotMeasure/Q \
      polarization.stokes/Q polarization.stokes.I/Q polarization.stokes.Q/Q \
      polarization.stokes.U/Q polarization.stokes.V/Q potential/Q pressure/Q \
      recombination.coeff/Q reflectance/Q reflectance.bidirectional/Q \
      reflectance.bidirectional.df/Q reflectance.factor/Q refractIndex/Q size/Q \
      size.axisRatio/Q size.diameter/Q size.radius/Q size.smajAxis/Q size.sminAxis/Q \
      size.smedAxis/Q temperature/Q temperature.dew/Q temperature.effective/Q \
      temperature.electron/Q transmission/Q veloc/V veloc.ang/Q veloc.dispersion/Q \
      veloc.escape/Q veloc.expansion/Q veloc.microTurb/Q veloc.orbital/Q veloc.pulsat/Q \
      veloc.rotat/Q veloc.transverse/Q virial/S volume/Q voltage/Q"),
    ("pos",
     "-/Q angDistance/Q angResolution/Q az/Q az.alt/Q az.azi/Q az.zd/Q azimuth/Q barycenter/S \
      bodycentric/S bodygraphic/S bodyrc/S bodyrc.alt/Q bodyrc.lat/Q bodyrc.lon/Q cartesian/S \
      cartesian.x/Q cartesian.y/Q cartesian.z/Q centroid/S cmb/S cylindrical/S \
      cylindrical.azi/Q cylindrical.r/Q cylindrical.z/Q dirCos/Q distance/V earth/S \
      earth.altitude/Q earth.lat/Q earth.lon/Q ecliptic/S ecliptic.lat/Q ecliptic.lon/Q \
      emergenceAng/Q eop/S ephem/Q eq/Q eq.dec/Q eq.ha/Q eq.ra/Q eq.spd/Q errorEllipse/S \
      frame/Q galactic/S galactic.lat/Q galactic.lon/Q galactocentric/S geocentric/S healpix/Q \
      heliocentric/S HTM/Q incidenceAng/Q lg/S lsr/S lunar/Q lunar.occult/Q nutation/Q \
      outline/Q parallax/Q parallax.dyn/Q parallax.phot/Q parallax.spect/Q parallax.trig/Q \
      phaseAng/Q pm/V posAng/Q precess/V projection/Q resolution/Q spherical/S spherical.azi/Q \
      spherical.colat/Q spherical.r/Q supergalactic/S supergalactic.lat/Q supergalactic.lon/Q \
      wcs/P wcs.cdmatrix/P wcs.crpix/P wcs.crval/P wcs.ctype/P wcs.naxes/P wcs.naxis/P \
      wcs.scale/P"),
    ("spect",
     "-/Q binSize/Q continuum/S dopplerParam/Q dopplerVeloc/E dopplerVeloc.opt/E \
      dopplerVeloc.radio/E index/E line/S line.asymmetry/E line.broad/E line.broad.Stark/Q \
      line.broad.Zeeman/E line.eqWidth/E line.intensity/E line.profile/E line.strength/Q \
      line.width/E resolution/Q"),
    ("src",
     "-/S calib/S calib.guideStar/S class/Q class.color/Q class.distance/Q class.luminosity/Q \
      class.richness/Q class.starGalaxy/Q class.struct/Q density/Q ellipticity/Q impactParam/Q \
      morph/Q morph.param/Q morph.scLength/Q morph.type/Q net/S orbital/Q \
      orbital.eccentricity/Q orbital.inclination/Q orbital.meanAnomaly/Q orbital.meanMotion/Q \
      orbital.node/Q orbital.periastron/Q orbital.Tisserand/Q orbital.TissJ/Q redshift/Q \
      redshift.phot/Q sample/Q spType/Q var/Q var.amplitude/Q var.index/Q var.pulse/Q"),
    ("stat",
     "-/Q asymmetry/Q confidenceLevel/P correlation/P covariance/P error/P error.sys/P \
      falsePositive/Q falseNegative/Q filling/Q fit/Q fit.chi2/P fit.dof/P fit.goodness/P \
      fit.omc/S fit.param/Q fit.residual/P Fourier/Q Fourier.amplitude/Q fwhm/S interval/S \
      kurtosis/P likelihood/P mad/P max/S mean/S median/S min/S param/Q percentile/Q \
      probability/Q rank/P rms/P skewness/P snr/P stdev/Q uncalib/S value/Q variance/P \
      weight/P"),
    ("time",
     "-/Q age/Q creation/Q crossing/Q duration/Q end/Q epoch/Q equinox/Q interval/Q lifetime/Q \
      period/Q period.pulsation/Q period.revolution/Q period.rotation/Q phase/Q processing/Q \
      publiYear/Q relax/Q release/Q resolution/Q scale/Q start/Q"),
];
