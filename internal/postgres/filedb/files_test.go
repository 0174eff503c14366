package filedb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
)

func TestCrossingsBecomeMovementsOfTheFile(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	require.Empty(t, p.history(t, anna).Movements)
	in := p.cross(t, anna, border.Entry, now.AddDate(0, 0, -9))
	out := p.cross(t, anna, border.Exit, now)
	h := p.history(t, anna)
	require.Equal(t, []uuid.UUID{in.CrossingID, out.CrossingID}, movementIDs(h))
	require.Zero(t, h.AsOf, "nothing of other crossing points was ever received")
	require.Equal(t, border.Live, h.Movements[0].Origin)

	correction := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: out.CrossingID, Lane: "1", Reason: "wrong_key", CorrectedAt: now}
	_, err := p.store.Annul(t.Context(), correction, now, bordertest.Entry(audit.Alteration, "crossing", out.CrossingID))
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{in.CrossingID}, movementIDs(p.history(t, anna)))

	person, err := p.Person(t.Context(), in.TravellerID, look("complaint"))
	require.NoError(t, err)
	require.Len(t, person.Versions, 3, "the undone decision stays, with its correction")
	for _, v := range person.Versions {
		require.Equal(t, v.ID != out.CrossingID, v.Stands())
	}
}

func TestOneNewFileIsFoundAndItsLookIsAudited(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "Müller-Østergård", "Anna Maria", "1974-08", "AB 00123")
	p.cross(t, anna, border.Entry, now)
	p.cross(t, paper(t, "MULLER", "ANNE", "1980-01-01", "C77"), border.Entry, now)
	require.Zero(t, p.count(t, `SELECT count(*) FROM audit WHERE query_hmac <> '' AND object_kind = 'file'`))
	for name, s := range map[string]file.Search{
		"by number":                      {Number: "ab-oo123"},
		"by number and State":            {Number: "AB00123", State: "uto"},
		"by name in any order":           {Name: "anna muller oestergard"},
		"by beginnings of the name":      {Name: "oester mull"},
		"by name and a day in the month": {Name: "MULLER", BirthDate: day(t, "1974-08-30")},
		"by name and the year":           {Name: "MULLER", BirthDate: day(t, "1974")},
	} {
		t.Run(name, func(t *testing.T) {
			s.Purpose = "border_control"
			before := p.count(t, `SELECT count(*) FROM audit`)
			found, err := p.Search(t.Context(), s, look(""))
			require.NoError(t, err)
			require.Len(t, found.Papers, 1)
			require.Equal(t, anna.Document.Number, found.Papers[0].Document.Number, "the number as it is printed")
			require.Equal(t, before+1, p.count(t, `SELECT count(*) FROM audit`))
			require.Positive(t, p.count(t, `SELECT count(*) FROM audit WHERE query_hmac <> '' AND result_count = 1 AND object_kind = 'file'`))
		})
	}
	for name, s := range map[string]file.Search{
		"no purpose": {Name: "MULLER"}, "an unknown purpose": {Name: "MULLER", Purpose: "fun"}, "nothing asked": {Purpose: "complaint"},
		"one letter": {Name: "M", Purpose: "complaint"}, "no number": {Number: "--", Purpose: "complaint"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.Search(t.Context(), s, look(""))
			require.Error(t, err)
		})
	}
	none, err := p.Search(t.Context(), file.Search{Name: "MULLER", BirthDate: day(t, "1999"), Purpose: "complaint"}, look(""))
	require.NoError(t, err)
	require.Empty(t, none.Papers)
	_, err = p.Person(t.Context(), uuid.New(), look("complaint"))
	require.ErrorIs(t, err, file.ErrNoSuchFile)
	_, err = p.Person(t.Context(), uuid.New(), look(""))
	require.ErrorIs(t, err, file.ErrPurposeMissing)
}

func TestADuplicateIsATaskAndAMergeIsAWordThatCanBeTakenBack(t *testing.T) {
	p := newPost(t)
	first := p.cross(t, paper(t, "ERIKSSON", "ANNA MARIA", "1974-08-12", "X100"), border.Entry, now.AddDate(0, 0, -30))
	p.cross(t, paper(t, "ERIKSSON", "ANNA MARIA", "1999-08-12", "X200"), border.Entry, now) // another birth date: nobody's double
	second := p.cross(t, paper(t, "MARIA ERIKSSON", "ANNA", "1974", "Y300"), border.Exit, now)
	p.cross(t, paper(t, "OTHER", "NAME", "1960-01-01", "X100"), border.Entry, now) // the number of the first, another person

	tasks, total, err := p.Duplicates(t.Context(), nil, 10, look("duplicate_check"))
	require.NoError(t, err)
	require.Equal(t, 2, total, "the partial birth date fits the first; the document has another birth date; nobody else")
	require.Len(t, tasks, total)
	pair := file.PairOf(first.TravellerID, second.TravellerID)
	var task *file.Task
	for n := range tasks {
		if tasks[n].Pair == pair {
			task = &tasks[n]
		}
	}
	require.NotNil(t, task)
	require.Equal(t, []string{"compatible_birth_date", "same_name"}, task.Codes)
	anna, again := paper(t, "ERIKSSON", "ANNA MARIA", "1974-08-12", "X100"), paper(t, "MARIA ERIKSSON", "ANNA", "1974", "Y300")
	require.Len(t, p.history(t, anna).Movements, 1, "nothing is merged by itself")

	require.NoError(t, p.say(t, first.TravellerID, second.TravellerID, file.Undecided, file.GroundDuplicate))
	c, err := p.Compare(t.Context(), pair, look("duplicate_check"))
	require.NoError(t, err)
	require.NotNil(t, c.Task, "who cannot tell leaves the question open")
	require.Equal(t, file.Undecided, c.Task.Last)

	require.NoError(t, p.say(t, second.TravellerID, first.TravellerID, file.Same, file.GroundDuplicate))
	require.Equal(t, []uuid.UUID{first.CrossingID, second.CrossingID}, movementIDs(p.history(t, anna)))
	require.Equal(t, p.history(t, anna), p.history(t, again), "one person under both documents")
	n, err := p.CountDuplicates(t.Context())
	require.NoError(t, err)
	require.Equal(t, total-1, n)

	person, err := p.Person(t.Context(), second.TravellerID, look("complaint"))
	require.NoError(t, err)
	require.Len(t, person.Files, 2)
	require.Len(t, person.Papers, 2)
	require.Equal(t, pair.A, person.Group, "the smallest id names the person")
	require.Len(t, person.Words, 2)
	require.NotEqual(t, person.Words[0].Stands, person.Words[1].Stands, "the first word gave way to the second")
	require.Equal(t, "sam", person.Words[0].Officer)

	require.NoError(t, p.say(t, first.TravellerID, second.TravellerID, file.Undecided, file.GroundUndo))
	require.Equal(t, []uuid.UUID{first.CrossingID}, movementIDs(p.history(t, anna)))
	require.Equal(t, []uuid.UUID{second.CrossingID}, movementIDs(p.history(t, again)))
	n, err = p.CountDuplicates(t.Context())
	require.NoError(t, err)
	require.Equal(t, total, n, "the question is open again")

	require.NoError(t, p.say(t, first.TravellerID, second.TravellerID, file.Different, file.GroundDuplicate))
	c, err = p.Compare(t.Context(), pair, look("duplicate_check"))
	require.NoError(t, err)
	require.Nil(t, c.Task)
	require.Len(t, c.Words, 4, "every word is kept")
	require.Len(t, c.Heads, 1)
	require.Equal(t, 4, p.count(t, `SELECT count(*) FROM record WHERE kind = 'file.linked'`))
	require.Equal(t, 4, p.count(t, `SELECT count(*) FROM outbox WHERE kind = 'file.linked'`))
}

func TestAWordOnWhatSomebodyElseDecidedMeanwhileIsRefused(t *testing.T) {
	p := newPost(t)
	a := p.cross(t, paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100"), border.Entry, now).TravellerID
	b := p.cross(t, paper(t, "BERG", "BO", "1980-08-12", "X200"), border.Entry, now).TravellerID
	link := file.Link{A: a, B: b, Verdict: file.Same, Ground: file.GroundChangeOfDocument, Evidence: "the old passport, cancelled"}
	entry := bordertest.Entry(audit.Alteration, "file", a)
	require.NoError(t, p.Link(t.Context(), envelope(uuid.Nil), link, nil, entry))
	require.ErrorIs(t, p.Link(t.Context(), envelope(uuid.Nil), link, nil, entry), file.ErrLinkChanged)
	require.NoError(t, p.say(t, a, b, file.Undecided, file.GroundUndo))
	link.Verdict, link.Ground = file.Undecided, file.GroundUndo
	link.B = p.cross(t, paper(t, "CARR", "CY", "1980-08-12", "X300"), border.Entry, now).TravellerID
	require.ErrorIs(t, p.Link(t.Context(), envelope(uuid.Nil), link, nil, entry), file.ErrNothingToUndo)
	link = file.Link{A: a, B: uuid.New(), Verdict: file.Same, Ground: file.GroundDuplicate, Evidence: "none such"}
	require.ErrorIs(t, p.Link(t.Context(), envelope(uuid.Nil), link, nil, entry), file.ErrNoSuchFile)
	link.Evidence = " "
	require.ErrorContains(t, p.Link(t.Context(), envelope(uuid.Nil), link, nil, entry), "evidence.missing")
	require.Equal(t, 2, p.count(t, `SELECT count(*) FROM record`), "what was refused left no record")
}

func supply(t *testing.T, direction border.Direction, date, ground string) file.Supplied {
	t.Helper()
	m := movement(t, uuid.Nil, direction, "test-sea", date)
	return file.Supplied{Movement: m, Ground: ground, Evidence: "exit stamp on page 9"}
}

func TestAMissingExitIsSuppliedAndTheDaysAreRecounted(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	in := p.cross(t, anna, border.Entry, now.AddDate(0, 0, -40))
	repair := file.Repair{
		File: in.TravellerID, Origin: border.StampImport, Supply: []file.Supplied{supply(t, border.Exit, "2026-10-20", "missing_exit")},
		Evidence: []file.Upload{{Name: "stamp.png", Content: []byte("\x89PNG\r\n\x1a\n the stamp")}},
	}.Identified(uuid.New)
	ask := stay.Ask{On: day(t, "2026-11-21")}
	preview := repair.Preview(p.history(t, anna), stay.Under(stay.DefaultRule()), ask)
	require.True(t, preview.Before.Answer.Present)
	require.Equal(t, 41, preview.Before.Answer.Used)
	require.False(t, preview.After.Answer.Present)
	require.Equal(t, 9, preview.After.Answer.Used)

	require.NoError(t, p.Repair(t.Context(), repair, author(), bordertest.Entry(audit.Alteration, "file", in.TravellerID)))
	after := stay.Build(p.history(t, anna)).Answer(stay.Under(stay.DefaultRule()), ask)
	require.Equal(t, preview.After.Answer, after, "what was shown before is what is counted after")

	person, err := p.Person(t.Context(), in.TravellerID, look("complaint"))
	require.NoError(t, err)
	require.Len(t, person.Versions, 3)
	require.Equal(t, border.EvidenceAttached, person.Versions[0].Kind)
	exit := person.Versions[1]
	require.Equal(t, border.MovementSupplied, exit.Kind)
	require.Equal(t, border.StampImport, exit.Origin)
	require.Equal(t, "sam", exit.Officer)
	require.True(t, exit.ReceivedAt.After(exit.EventTime))
	require.Len(t, person.Attached, 1)
	require.Equal(t, exit.ID, person.Attached[0].Subject)
	require.Equal(t, 2, p.count(t, `SELECT count(*) FROM outbox WHERE kind IN ('movement.supplied', 'evidence.attached')`))

	void := file.Repair{File: in.TravellerID, Void: []file.Voided{{Movement: exit.ID, Ground: "wrong_person", Evidence: "the stamp is another's"}}}
	entry := bordertest.Entry(audit.Alteration, "file", in.TravellerID)
	require.NoError(t, p.Repair(t.Context(), void, author(), entry))
	require.Len(t, p.history(t, anna).Movements, 1)
	require.ErrorIs(t, p.Repair(t.Context(), void, author(), entry), file.ErrMovementVoided)
	void.Void[0].Movement = uuid.New()
	require.ErrorIs(t, p.Repair(t.Context(), void, author(), entry), file.ErrNoSuchMovement)
	person, err = p.Person(t.Context(), in.TravellerID, look("complaint"))
	require.NoError(t, err)
	require.Len(t, person.Versions, 4, "the voided exit stays, with the record that voided it")
	for _, v := range person.Versions {
		require.Equal(t, v.ID != exit.ID, v.Stands())
	}
}

func TestSwappedOrderIsRepairedInOneAct(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	out := p.cross(t, anna, border.Exit, now.AddDate(0, 0, -9))
	in := p.cross(t, anna, border.Entry, now.AddDate(0, 0, -2))
	before := stay.Build(p.history(t, anna))
	require.NotEmpty(t, before.Problems, "an exit before an entry is kept and flagged")
	h := p.history(t, anna)
	of := func(n int) file.Supplied {
		return file.Supplied{Movement: h.Movements[n], Identity: anna.Identity, Document: anna.Document}
	}
	repair := file.Swap(out.TravellerID, of(0), of(1), "the lanes were switched that day").Identified(uuid.New)
	require.NoError(t, p.Repair(t.Context(), repair, author(), bordertest.Entry(audit.Alteration, "file", in.TravellerID)))
	after := stay.Build(p.history(t, anna))
	require.Empty(t, after.Problems)
	require.Len(t, after.Stays, 1)
	require.Equal(t, "2026-11-12", after.Stays[0].From.String())
	require.Equal(t, "2026-11-19", after.Stays[0].To.String())
	require.Equal(t, 4, p.count(t, `SELECT count(*) FROM record`))

	again := file.Swap(out.TravellerID, of(0), of(1), "twice").Identified(uuid.New)
	require.ErrorIs(t, p.Repair(t.Context(), again, author(), bordertest.Entry(audit.Alteration, "file", in.TravellerID)), file.ErrMovementVoided)
	require.Equal(t, 4, p.count(t, `SELECT count(*) FROM record`), "half a swap is none")
}

func TestAnAuthorisationIsChangedAndTheChangeCorrected(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	in := p.cross(t, anna, border.Entry, now.AddDate(0, 0, -20))
	change := func(until string, supersedes ...uuid.UUID) file.Repair {
		return file.Repair{File: in.TravellerID, Supersedes: supersedes, Authorise: &file.Authorisation{
			Authorisation: stay.Authorisation{Kind: stay.Extended, On: day(t, "2026-11-20"), Until: day(t, until), At: now.Add(-time.Hour)},
			Authority:     "Migration Office", Place: "Lanet", Sticker: "S 4711", Ground: "force_majeure", Evidence: "hospital letter",
		}}.Identified(uuid.New)
	}
	entry := bordertest.Entry(audit.Alteration, "file", in.TravellerID)
	first := change("2027-01-10")
	require.NoError(t, p.Repair(t.Context(), first, author(), entry))
	second := change("2027-02-10", first.Authorise.ID)
	require.NoError(t, p.Repair(t.Context(), second, author(), entry))
	h := p.history(t, anna)
	require.Len(t, h.Authorisations, 1)
	require.Equal(t, "2027-02-10", h.Authorisations[0].Until.String())
	person, err := p.Person(t.Context(), in.TravellerID, look("complaint"))
	require.NoError(t, err)
	var superseded int
	for _, v := range person.Versions {
		superseded += len(v.SupersededBy)
	}
	require.Equal(t, 1, superseded)
}
