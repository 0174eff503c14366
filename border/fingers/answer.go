package fingers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
)

// ErrChanged answers a decision that rests on an answer about other prints than those that stand: the officer sees the new answer first.
var ErrChanged = problem.New(problem.Conflict, "fingers.changed")

// Answer is what the check's finding of a decision says of the prints.
type Answer struct {
	// Taking is the taking that the check looked at; zero when the finding names none. Untaken says that it saw none at all.
	Taking  uuid.UUID
	Untaken bool
	// Score is the fused score against the file, nil when nothing was compared; Mismatch says that it was too low.
	Score    *float64
	Mismatch bool
	// Matched are the presented prints whose finger alone is the person's.
	Matched []uuid.UUID
}

// AnswerOf reads the check's finding of a decision.
func AnswerOf(findings []border.Finding) (a Answer) {
	at := slices.IndexFunc(findings, func(f border.Finding) bool { return f.Check == CheckName })
	if at < 0 {
		return a
	}
	for _, e := range findings[at].Evidence {
		a.read(e)
	}
	return a
}

func (a *Answer) read(e border.Evidence) {
	found, err := strconv.ParseFloat(e.Found, 64)
	switch e.Code {
	case CodeToTake, CodeReader:
		a.Untaken = true
	case CodeTaking:
		if id, err := uuid.Parse(e.Ref); err == nil {
			a.Taking = id
		}
	case CodeMatch, CodeMismatch:
		a.Mismatch = e.Code == CodeMismatch
		if err == nil {
			a.Score = &found
		}
	case CodeFinger:
		least, wrong := strconv.ParseFloat(e.Expected, 64)
		presented, _, _ := strings.Cut(e.Ref, " ")
		if id, bad := uuid.Parse(presented); err == nil && wrong == nil && bad == nil && found >= least {
			a.Matched = append(a.Matched, id)
		}
	}
}

// About reports whether the answer may be one about a taking: it was not given about another one, or before there were prints.
func (a Answer) About(t Taking) bool {
	if a.Taking != uuid.Nil {
		return a.Taking == t.ID
	}
	return !a.Untaken || len(t.Taken()) == 0
}

// Noted is a hit of the check about a taking, as it stays with it: CodeMismatch or CodeCandidate. A taking that takes its place does not
// make it unsaid.
type Noted struct {
	Taking  uuid.UUID     `json:"taking"`
	Code    string        `json:"code"`
	Score   float64       `json:"score"`
	Fingers []FingerScore `json:"fingers,omitempty"`
	Engine  string        `json:"engine,omitempty"`
}

// noted is what is to be noted of a finding; false when there was no hit.
func noted(taking uuid.UUID, f border.Finding) (n Noted, hit bool) {
	for _, e := range f.Evidence {
		if e.Code != CodeMismatch && e.Code != CodeCandidate || n.Code != "" {
			continue
		}
		n = Noted{Taking: taking, Code: e.Code, Engine: f.Matcher}
		if s, err := strconv.ParseFloat(e.Found, 64); err == nil {
			n.Score = s
		}
	}
	if n.Code == CodeMismatch {
		var c Candidacy
		Mismatch(&c, []border.Finding{f})
		n.Fingers = c.Fingers
	}
	return n, n.Code != ""
}
