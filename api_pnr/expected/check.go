package expected

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/border"
)

// Name is the check's stable name.
const Name = "passenger.data"

// Codes of the evidence. Ref is FLIGHT/PERSON, or FLIGHT, of everything that is about one. Whoever adds one adds it to EvidenceCodes.
const (
	CodeFound       = "expected_found"         // the traveller's record; Found is the flight, Expected its time, Field empty
	CodeSeat        = "expected_seat"          // Found
	CodeByName      = "expected_by_name"       // found by his name on the noted flight alone
	CodeDiffers     = "expected_differs"       // Field, both values, Relation
	CodeScreened    = "expected_screened"      // Found is the outcome, Expected when
	CodeUnscreened  = "expected_unscreened"    // nobody looked before he arrived
	CodeReason      = "expected_reason"        // a reason of the screening: Field is the check, Found the code
	CodeBoard       = "expected_board"         // what the carrier was answered: Found
	CodeDecision    = "expected_decision"      // an analyst's: Found is the verdict
	CodeWords       = "expected_words"         // what he said: Expected
	CodeStatus      = "expected_status"        // Found is where the person stands, of those who should not be here
	CodeCancelled   = "expected_flight_status" // of a flight that the carrier cancelled
	CodeOtherFlight = "expected_other_flight"  // Found is the noted flight, Expected the declared one
	CodeAlso        = "expected_also"          // a further flight that he is expected on
	CodeCandidate   = "expected_candidate"     // one of several who may be he: Found is the name, Expected flight and birth date
	CodeOtherPerson = "expected_other_person"  // his document was declared for somebody else: Expected
	CodeUndeclared  = "expected_undeclared"    // the noted flight's list is here and he is not on it: Found is the flight
	CodeNoManifest  = "expected_no_manifest"   // no list of the noted flight came: Found
	CodeNoFlight    = "expected_no_flight"     // no flight was noted, and he is not known
	CodeNone        = "expected_none"          // he is not known, and need not be
	CodeUnreadable  = "expected_unreadable"    // rows that this release cannot use: Found is how many
)

// EvidenceCodes are all codes.
func EvidenceCodes() []string {
	return []string{
		CodeFound, CodeSeat, CodeByName, CodeDiffers, CodeScreened, CodeUnscreened, CodeReason, CodeBoard, CodeDecision, CodeWords, CodeStatus,
		CodeCancelled, CodeOtherFlight, CodeAlso, CodeCandidate, CodeOtherPerson, CodeUndeclared, CodeNoManifest, CodeNoFlight, CodeNone, CodeUnreadable,
	}
}

// NoFlight is what the check does not apply to: who does not come by air.
const NoFlight = "no_flight"

// CheckConfig is what the check is made of.
type CheckConfig struct {
	Register Register
	Matcher  Matcher
	// MaxAge is the age beyond which the dataset answers no more.
	MaxAge time.Duration
}

// Check asks who of the expected persons the traveller is. It implements border.Check.
type Check struct{ cfg CheckConfig }

var _ border.Check = (*Check)(nil)

// NewCheck makes the check.
func NewCheck(cfg CheckConfig) *Check { return &Check{cfg} }

// Name is "passenger.data".
func (*Check) Name() string { return Name }

// Check answers "hit" for what asks something of the officer, "no hit" for who is found without, or need not be found, and "not checked"
// where the dataset is missing, too old, or cannot be read in part and nothing was found.
func (c *Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	if s.Mode != border.Air {
		return border.NotApplicable(Name, NoFlight), nil
	}
	q := QueryOf(s)
	source := border.Source{Name: Name}
	if len(q.Numbers)+len(q.Births) == 0 {
		return border.Unanswered(Name, source, border.ReasonDataInsufficient), nil
	}
	answer, err := c.cfg.Register.Look(ctx, q)
	if err != nil {
		return border.Finding{Source: source}, fmt.Errorf("expected persons: %w", err)
	}
	if !answer.Held {
		return border.Unanswered(Name, source, border.ReasonListMissing), nil
	}
	source.Version, source.AsOf = strconv.FormatInt(answer.Version, 10), answer.AsOf
	r := report{check: c, subject: s, answer: answer, designators: q.Designators}
	r.write()
	f := border.Finding{Source: source, Evidence: r.evidence}
	f.Outcome, f.Reason = c.outcome(s, answer, r)
	return f, nil
}

// outcome: a dataset that is too old, or not readable in part, still gives what it shows, but no "no hit".
func (c *Check) outcome(s border.Subject, a Answer, r report) (border.Outcome, string) {
	for _, e := range r.evidence {
		if e.Severity != border.Note {
			return border.Hit, ""
		}
	}
	switch {
	case c.cfg.MaxAge > 0 && s.At.Sub(a.AsOf) > c.cfg.MaxAge:
		return border.NotChecked, border.ReasonListTooOld
	case a.Unreadable > 0 && r.whole == nil:
		return border.NotChecked, border.ReasonListIncomplete
	}
	return border.NoHit, ""
}

// report is a finding in the making.
type report struct {
	check       *Check
	subject     border.Subject
	answer      Answer
	designators []string
	whole       *Candidate // who the traveller is
	evidence    []border.Evidence
}

func (r *report) policy() Policy { return r.check.cfg.Matcher.Policy }

// fleeting reports whether evidence says what the traveller's own record must not keep: the data of other passengers, what a carrier sent
// (of whomever), and an analyst's words. The rows of the dataset go with the flight; what is kept refers to them.
func fleeting(code string) bool {
	return code == CodeCandidate || code == CodeOtherPerson || code == CodeDiffers || code == CodeWords
}

func (r *report) add(e border.Evidence) {
	e.Fleeting = fleeting(e.Code)
	if e.Severity == "" {
		e.Severity = border.Note
	}
	r.evidence = append(r.evidence, e)
}

func (r *report) write() {
	if n := r.answer.Unreadable; n > 0 {
		r.add(border.Evidence{Code: CodeUnreadable, Found: strconv.Itoa(n)})
	}
	candidates, others := r.check.cfg.Matcher.Match(r.subject, r.answer.Found, r.designators)
	r.whole = one(candidates, r.designators)
	switch {
	case r.whole != nil:
		r.found(candidates)
	case len(candidates) > 0:
		for _, c := range candidates {
			r.add(border.Evidence{
				Code: CodeCandidate, Found: NameOf(c.Person.Identity), Expected: candidateText(c), Severity: r.policy().Several, Ref: refOf(c.Found),
			})
		}
	default:
		r.unknown()
	}
	for _, c := range others {
		r.add(border.Evidence{Code: CodeOtherPerson, Expected: NameOf(c.Person.Identity), Severity: border.Acknowledge, Ref: refOf(c.Found)})
	}
}

func candidateText(c Candidate) string {
	text := c.Flight.Designator() + " · " + c.Person.Identity.BirthDate.String()
	for _, d := range c.Person.Documents {
		text += " · " + d.Number
	}
	return text
}

// found tells of the one person whom the traveller is.
func (r *report) found(candidates []Candidate) {
	c, ref := r.whole, refOf(r.whole.Found)
	f := c.Flight
	r.add(border.Evidence{Code: CodeFound, Found: f.Designator() + " " + f.Origin + "–" + f.Destination, Expected: f.atText(), Ref: ref})
	if c.Person.Seat != "" {
		r.add(border.Evidence{Code: CodeSeat, Found: c.Person.Seat, Ref: ref})
	}
	if c.Basis == ByName {
		r.add(border.Evidence{Code: CodeByName, Ref: ref})
	}
	if len(r.designators) > 0 && !noted(f, r.designators) {
		r.add(border.Evidence{Code: CodeOtherFlight, Found: r.designators[0], Expected: f.Designator(), Ref: ref})
	}
	r.screened(c.Person, ref)
	r.status(c.Found, ref)
	for _, d := range c.Differences {
		r.add(border.Evidence{
			Code: CodeDiffers, Field: d.Field, Found: d.Document, Expected: d.Declared, Relation: d.Relation, Severity: d.Severity, Ref: ref,
		})
	}
	for _, o := range candidates {
		if o.Flight.ID != f.ID && o.Basis >= ByPerson {
			r.add(border.Evidence{Code: CodeAlso, Found: o.Flight.Designator(), Expected: o.Flight.atText(), Ref: refOf(o.Found)})
		}
	}
}

// status tells of those who should not be here: taken off the list, or told not to be on board.
func (r *report) status(f Found, ref string) {
	severity := border.Note
	switch f.Person.Status {
	case apipnr.StatusCancelled:
		severity = r.policy().Cancelled
	case apipnr.StatusNotOnBoard:
		severity = r.policy().NotOnBoard
	case apipnr.StatusExpected, apipnr.StatusOnBoard:
	}
	if !f.Person.Expected() {
		r.add(border.Evidence{Code: CodeStatus, Found: string(f.Person.Status), Severity: severity, Ref: ref})
	}
	if f.Flight.Status == apipnr.FlightCancelled {
		r.add(border.Evidence{Code: CodeCancelled, Found: string(f.Flight.Status), Severity: r.policy().Cancelled, Ref: ref})
	}
}

// screened tells what was found before the person arrived, and what was decided.
func (r *report) screened(p Person, ref string) {
	s := p.Screening
	if s == nil {
		r.add(border.Evidence{Code: CodeUnscreened, Ref: ref})
		return
	}
	severity := border.Note
	if s.Outcome == border.Hit && s.Severity != "" {
		severity = s.Severity
	}
	if s.Decision != nil && s.Decision.Verdict == apipnr.DecideBoard {
		severity = border.Note // somebody looked at it
	}
	r.add(border.Evidence{Code: CodeScreened, Found: s.Outcome.String(), Expected: instant(s.At), Severity: severity, Ref: ref})
	for _, reason := range s.Reasons {
		r.add(border.Evidence{Code: CodeReason, Field: reason.Check, Found: reason.Code, Restricted: reason.Restricted, Ref: ref})
	}
	r.decided(s, ref)
}

func (r *report) decided(s *apipnr.Screening, ref string) {
	board := border.Note
	if s.Board == boardRefused && (s.Decision == nil || s.Decision.Verdict != apipnr.DecideBoard) {
		board = r.policy().Refused
	}
	if s.Board != "" {
		r.add(border.Evidence{Code: CodeBoard, Found: s.Board, Severity: board, Ref: ref})
	}
	if s.Decision == nil || s.Decision.Verdict == "" {
		return
	}
	severity := map[apipnr.DecisionVerdict]border.Severity{
		apipnr.DecideNoBoard: r.policy().NoBoard, apipnr.DecideRefer: r.policy().Refer, apipnr.DecideBoard: border.Note,
	}[s.Decision.Verdict]
	r.add(border.Evidence{Code: CodeDecision, Found: string(s.Decision.Verdict), Severity: severity, Ref: ref})
	if s.Decision.Reason != "" {
		r.add(border.Evidence{Code: CodeWords, Expected: s.Decision.Reason, Ref: ref})
	}
}

// boardRefused is the answer to a carrier that he is not to be carried (apipnr.Screening.Board).
const boardRefused = "do_not_board"

// unknown tells of who is not among the expected: held against him only where a list of his flight is here.
func (r *report) unknown() {
	if len(r.designators) == 0 {
		r.add(border.Evidence{Code: CodeNoFlight})
		return
	}
	flight, here := r.manifest()
	switch {
	case !here:
		r.add(border.Evidence{Code: CodeNoManifest, Found: r.designators[0]})
	case r.subject.Direction != border.Entry || r.crew() && !flight.Crew:
		r.add(border.Evidence{Code: CodeNone, Found: flight.Designator(), Ref: flight.ID.String()})
	default:
		severity := r.policy().Undeclared
		if r.answer.Unreadable > 0 {
			severity = border.Note // he may be one of those who cannot be read
		}
		r.add(border.Evidence{Code: CodeUndeclared, Found: flight.Designator(), Expected: flight.atText(), Severity: severity, Ref: flight.ID.String()})
	}
}

func (r *report) crew() bool { return r.subject.Category == border.AirCrew }

// manifest is the noted flight whose list is here, the nearest in time.
func (r *report) manifest() (Flight, bool) {
	best, here := Flight{}, false
	for _, f := range r.answer.Flights {
		if f.Manifest() && f.Status != apipnr.FlightCancelled && (!here || apart(f, r.subject.At) < apart(best, r.subject.At)) {
			best, here = f, true
		}
	}
	return best, here
}

func refOf(f Found) string { return f.Flight.ID.String() + "/" + f.Person.ID.String() }

// Met is what a finding of the check says of who was met: what is kept with the decision, and told the centre within it.
type Met struct {
	Flight uuid.UUID
	Person uuid.UUID // Nil: on the flight, and not declared
	// Differences are those that asked for something; Hit says that screening or the centre did.
	Differences int
	Hit         bool
}

// MetIn reads it from the findings of a decision; false when nobody was met.
func MetIn(findings []border.Finding) (m Met, is bool) {
	for _, f := range findings {
		if f.Check != Name {
			continue
		}
		for _, e := range f.Evidence {
			switch e.Code {
			case CodeFound, CodeUndeclared:
				m.Flight, m.Person, is = parseRef(e.Ref)
			case CodeDiffers:
				if e.Severity != border.Note {
					m.Differences++
				}
			case CodeScreened, CodeBoard, CodeDecision:
				m.Hit = m.Hit || e.Severity != border.Note
			}
		}
	}
	return m, is
}

func parseRef(ref string) (flight, person uuid.UUID, ok bool) {
	first, second, two := strings.Cut(ref, "/")
	flight, err := uuid.Parse(first)
	if err != nil {
		return uuid.Nil, uuid.Nil, false
	}
	if two {
		if person, err = uuid.Parse(second); err != nil {
			return uuid.Nil, uuid.Nil, false
		}
	}
	return flight, person, true
}
