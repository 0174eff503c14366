package shift

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/problem"
)

// ErrNothing says that an event would change nothing, and is not to be recorded.
var ErrNothing = errors.New("nothing has changed")

func invalid(code, field string) error { return problem.New(problem.Invalid, code).At(field) }
func conflict(code string) error       { return problem.New(problem.Conflict, code) }

// check says why the event cannot follow on the state.
func (s State) check(e Event) error {
	switch {
	case !slices.Contains(Steps(), e.Step):
		return invalid("shift_step", "step")
	case e.By == "" || len(e.By) > maxLogin || len(e.Person) > maxLogin || e.At.IsZero():
		return invalid("shift_author", "by")
	case len(e.Text) > MaxText:
		return problem.New(problem.Invalid, "shift_text_long").At("text").With("max", MaxText)
	case !utf8.ValidString(e.Text) || strings.ContainsRune(e.Text, 0):
		return invalid("shift_text", "text")
	}
	switch e.Step {
	case Begun, Joined, Left, Relaxed:
		return s.checkLeading(e)
	case Offered, Signed, Read:
		return s.checkHandover(e)
	case Issued, Returned, Lost:
		return s.checkStamp(e)
	case Noted, Written:
		return s.checkText(e)
	default:
		return s.checkWork(e)
	}
}

func (s State) checkLeading(e Event) error {
	team := s.Shifts[e.Shift].Team
	switch {
	case e.Step == Begun:
		return s.checkBegun(e)
	case s.Current == uuid.Nil || e.Shift != s.Current:
		return conflict("shift_none")
	case e.Step == Joined && (slices.Contains(team, e.Person) || e.Person == s.Shifts[e.Shift].Responsible),
		e.Step == Left && !slices.Contains(team, e.Person), e.Step == Relaxed && e.Kind == s.Level:
		return ErrNothing
	case e.Step == Joined && (e.Person == "" || len(team) >= MaxTeam):
		return problem.New(problem.Invalid, "shift_team").At("person").With("max", MaxTeam)
	case e.Step == Relaxed && !slices.Contains(Levels(), e.Kind):
		return invalid("shift_level", "level")
	case e.Step == Relaxed && e.Kind != Full && strings.TrimSpace(e.Text) == "":
		return invalid("shift_reason_missing", "text")
	}
	return nil
}

func (s State) checkBegun(e Event) error {
	last, _ := s.Last() // without an earlier shift: the zero time, which nothing is before
	switch {
	case s.Current != uuid.Nil:
		return conflict("shift_open")
	case e.Shift == uuid.Nil || s.Shifts[e.Shift].ID != uuid.Nil:
		return conflict("shift_unknown")
	case e.From.IsZero() || e.From.After(e.At) || e.From.Before(last.OfferedAt):
		return invalid("shift_from", "from")
	case len(e.Team) > MaxTeam || slices.Contains(e.Team, ""):
		return problem.New(problem.Invalid, "shift_team").At("team").With("max", MaxTeam)
	}
	return nil
}

func (s State) checkHandover(e Event) error {
	x, known := s.Shifts[e.Shift]
	switch {
	case !known:
		return problem.New(problem.NotFound, "shift_unknown")
	case e.Step == Offered && !x.Runs():
		return conflict("shift_offered")
	case e.Step == Offered && strings.TrimSpace(e.Text) == "":
		return invalid("shift_note_missing", "note")
	case e.Step == Offered:
		return checkDigest(e.Digest)
	case x.Runs():
		return conflict("shift_runs")
	case e.Step == Read && slices.Contains(x.Readers, e.Person):
		return ErrNothing
	case e.Step == Read:
		return nil
	case !x.SignedAt.IsZero():
		return conflict("shift_signed")
	case e.Person == x.OfferedBy || e.Person == x.Responsible || e.Person == "":
		return problem.New(problem.Forbidden, "shift_self_sign").At("witness")
	case e.Digest != x.Digest:
		return conflict("shift_digest")
	}
	return nil
}

func checkDigest(digest string) error {
	if len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "" {
		return invalid("shift_digest", "digest")
	}
	return nil
}

func (s State) checkStamp(e Event) error {
	stamp, out := s.Stamps[e.Code]
	code := strings.TrimSpace(e.Code)
	switch {
	case code == "" || code != e.Code || len(code) > MaxCode || !utf8.ValidString(code) || strings.ContainsFunc(code, func(r rune) bool { return r < ' ' }):
		return problem.New(problem.Invalid, "shift_stamp_code").At("code").With("max", MaxCode)
	case stamp.Lost && e.Step == Lost:
		return ErrNothing
	case stamp.Lost:
		return conflict("shift_stamp_lost")
	case e.Step == Issued && e.Person == "":
		return invalid("shift_person", "holder")
	case e.Step == Issued && out:
		return conflict("shift_stamp_held")
	case e.Step == Returned && !out:
		return conflict("shift_stamp_not_out")
	case e.Step == Lost && strings.TrimSpace(e.Text) == "":
		return invalid("shift_text_missing", "text")
	}
	return nil
}

func (s State) checkText(e Event) error {
	if e.Step == Noted {
		switch {
		case !slices.Contains(NoteSections(), e.Section):
			return invalid("shift_section", "section")
		case !slices.Contains(Kinds(e.Section), e.Kind):
			return invalid("shift_kind", "kind")
		case strings.TrimSpace(e.Text) == "":
			return invalid("shift_text_missing", "text")
		}
		return nil
	}
	switch _, known := s.Shifts[e.Shift]; {
	case !known:
		return problem.New(problem.NotFound, "shift_unknown")
	case !e.Section.Valid():
		return invalid("shift_section", "section")
	}
	return nil
}

func (s State) checkWork(e Event) error {
	lane, in := s.Lanes[e.Person]
	switch {
	case e.Step == Opened && (e.Lane == "" || len(e.Lane) > maxLogin || !e.Direction.Valid() || e.Person == ""):
		return invalid("shift_lane", "lane")
	case e.Step == Opened && in && lane.Name == e.Lane, e.Step == Closed && !in,
		e.Step == LinkLost && !s.LinkLost.IsZero(), e.Step == LinkBack && s.LinkLost.IsZero():
		return ErrNothing
	case e.Step == Opened && in:
		return conflict("shift_lane_held")
	case e.Step == Closed && lane.Name != e.Lane:
		return conflict("shift_lane_other")
	}
	return nil
}
