package emrtd

import (
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// Evidence is what is known of a chip.
type Evidence struct {
	// Files are the files as read, byte for byte, by their short names: "COM", "SOD", "DG1" to "DG16".
	Files map[string][]byte
	// Unread are files that the device could not read, with its reason.
	Unread map[string]string
	// Active is active authentication as recorded; nil when it was not done.
	Active *reader.ActiveAuthentication
	// ChipAuthentication and PACECAM are what the device did.
	ChipAuthentication, PACECAM reader.Result
	// IssuingState is the issuing State by the page (visual zone or printed zone), empty when not known.
	IssuingState string
}

// EvidenceOf is the evidence that a device's reading of a chip gives; state is the issuing State by the page, or empty.
func EvidenceOf(chip *reader.Chip, state string) Evidence {
	if chip == nil {
		return Evidence{IssuingState: state}
	}
	return Evidence{
		Files: chip.Files, Unread: chip.Unread, Active: chip.Active,
		ChipAuthentication: chip.ChipAuthentication, PACECAM: chip.PACECAM, IssuingState: state,
	}
}

// Trust answers for a document signer; *trust.Store does.
type Trust interface {
	Chain(dsc *pki.Certificate, signedAt *time.Time, now time.Time) trust.ChainResult
	Revocation(dsc *pki.Certificate, now time.Time) trust.RevocationResult
	Defects(d trust.Document) (defects []trust.Defect, listed bool)
	Version() int64
	AsOf() time.Time
}

// Report is what the verification came to. It has no verdict over all: the steps are it.
type Report struct {
	// Steps are in the order of StepNames. Hashes have a step where the data group was read, or is named by SOD or EF.COM.
	Steps []Step `json:"steps"`
	// Notes are what the steps together do not say: NoteCloneNotExcluded.
	Notes []string  `json:"notes"`
	At    time.Time `json:"at"` // the instant of the inspection
	// Signer is the document signer's certificate, nil when there is none.
	Signer *Signer `json:"signer,omitempty"`
	// SignedAt is the signing time that the SOD states, nil when it states none.
	SignedAt *time.Time `json:"signed_at,omitempty"`
	// Hash is the algorithm of the data groups' hashes: "SHA-256".
	Hash string `json:"hash,omitempty"`
	// Trust is the version of the trust material, 0 when it has none.
	Trust     int64     `json:"trust_version"`
	TrustAsOf time.Time `json:"trust_as_of,omitzero"`
	// Certificates are violations of the profile along the chain that break no step.
	Certificates []trust.Finding `json:"certificate_findings"`
	// Findings are those of the files.
	Findings []Finding `json:"findings"`
	// Chip is what the files say.
	Chip *Chip `json:"-"`
}

// NoteCloneNotExcluded says that neither active nor chip authentication was done: a true copy of a chip passes all other
// steps.
const NoteCloneNotExcluded = "clone_not_excluded"

// Notes are all notes, for the text catalogue.
func Notes() []string { return []string{NoteCloneNotExcluded} }

// Step is the step with the name; false when the report has none.
func (r *Report) Step(name string) (Step, bool) {
	for _, s := range r.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return Step{}, false
}

// Signer is the document signer.
type Signer struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"` // hexadecimal
	Country   string    `json:"country"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Algorithm string    `json:"algorithm"` // of the SOD's signature
}

// Verify verifies what is known of a chip against trust material, as of an instant. It never fails: what cannot be done is a step that
// says so. A nil Trust is an empty one.
func Verify(e Evidence, t Trust, at time.Time) Report {
	if t == nil {
		t = (*trust.Store)(nil)
	}
	v := &verification{Evidence: e, trust: t, at: at, chip: Read(e.Files)}
	v.sod = v.chip.SOD
	v.findSigner()
	report := Report{
		At: at, Trust: t.Version(), TrustAsOf: t.AsOf(), Chip: v.chip, Findings: v.chip.Findings,
		Notes: []string{}, Certificates: []trust.Finding{},
	}
	if report.Findings == nil {
		report.Findings = []Finding{}
	}
	v.steps(&report)
	v.describe(&report)
	return report
}

// verification is one run of Verify.
type verification struct {
	Evidence
	trust Trust
	at    time.Time
	chip  *Chip
	sod   *SOD // nil when absent or unreadable
	// signer is the document signer, nil when there is none; signedAt is when it says it signed.
	signer   *pki.Certificate
	signedAt *time.Time
	// chain and revoked are the answers about it.
	chain   trust.ChainResult
	revoked trust.RevocationResult
}

func (v *verification) findSigner() {
	if v.sod == nil || len(v.sod.CMS.Signers) == 0 {
		return
	}
	first := v.sod.CMS.Signers[0]
	v.signer, v.signedAt = first.Certificate, first.SigningTime
	if v.signer != nil {
		v.chain = v.trust.Chain(v.signer, v.signedAt, v.at)
		v.revoked = v.trust.Revocation(v.signer, v.at)
	}
}

func (v *verification) steps(r *Report) {
	add := func(name string, s Step) {
		s.Name = name
		r.Steps = append(r.Steps, s)
	}
	add(StepStructure, v.structure())
	add(StepSignature, v.signature())
	for n := 1; n <= Groups; n++ {
		if v.concerns(n) {
			add(StepHash(n), v.hash(n))
		}
	}
	add(StepCOM, v.com())
	add(StepChain, v.anchored())
	add(StepSigning, v.validAtSigning())
	add(StepNow, v.validNow())
	add(StepRevocation, v.revocation())
	add(StepCountry, v.country())
	add(StepType, v.documentType())
	active, chip := v.active(), v.chipAuthentication()
	add(StepActive, active)
	add(StepChip, chip)
	add(StepDeviation, v.deviations())
	if !excludesClone(active) && !excludesClone(chip) {
		r.Notes = append(r.Notes, NoteCloneNotExcluded)
	}
}

// describe tells what was looked at.
func (v *verification) describe(r *Report) {
	r.SignedAt = v.signedAt
	r.Certificates = append(append(r.Certificates, v.chain.Findings...), v.revoked.Findings...)
	if v.sod != nil {
		r.Hash = v.sod.HashOID
		if v.sod.Hash != 0 {
			r.Hash = v.sod.Hash.String()
		}
	}
	if v.signer == nil {
		return
	}
	r.Signer = &Signer{
		Subject: v.signer.Subject.String(), Issuer: v.signer.Issuer.String(), Serial: v.signer.Serial.Text(16), Country: countryOf(v.signer),
		NotBefore: v.signer.NotBefore, NotAfter: v.signer.NotAfter, Algorithm: v.sod.CMS.Signers[0].SignatureAlgorithm.String(),
	}
}
