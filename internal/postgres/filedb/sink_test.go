package filedb_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/replication"
)

func TestTheCentresMovementsCountAndOurOwnAreNotDoubled(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	own := p.cross(t, anna, border.Entry, now)
	foreign := uuid.New() // the centre's id of the same person
	elsewhere := movement(t, uuid.New(), border.Exit, "test-sea", "2026-09-10")
	back := movement(t, own.CrossingID, border.Entry, "test-air", "2026-11-21")
	row := published(foreign, []file.Paper{anna}, elsewhere, back)
	row.Members = []uuid.UUID{foreign, own.TravellerID}
	row.Authorisations = []stay.Authorisation{{ID: uuid.New(), Kind: stay.Extended, On: day(t, "2026-09-01"), Until: day(t, "2026-09-20"), At: now}}
	p.tell(t, row)
	h := p.history(t, anna)
	require.Equal(t, []uuid.UUID{elsewhere.ID, own.CrossingID}, movementIDs(h))
	require.Len(t, h.Authorisations, 1)
	require.Equal(t, 1, p.count(t, `SELECT count(*) FROM traveller`), "the document is known here: the row is about this file")
	require.Equal(t, 1, p.count(t, `SELECT count(*) FROM file_alias`))

	// The next state of the row takes the place of the last.
	other := movement(t, uuid.New(), border.Exit, "test-sea", "2026-09-11")
	p.tell(t, published(foreign, []file.Paper{anna}, other, back))
	h = p.history(t, anna)
	require.Equal(t, []uuid.UUID{other.ID, own.CrossingID}, movementIDs(h))
	require.Empty(t, h.Authorisations)

	// Voided at another crossing point; and standing again.
	withdrawn := published(foreign, []file.Paper{anna}, other)
	withdrawn.Voided = []uuid.UUID{own.CrossingID}
	p.tell(t, withdrawn)
	require.Equal(t, []uuid.UUID{other.ID}, movementIDs(p.history(t, anna)))
	person, err := p.Person(t.Context(), own.TravellerID, look("complaint"))
	require.NoError(t, err)
	require.Len(t, person.Versions, 2)
	p.tell(t, published(foreign, []file.Paper{anna}, other, back))
	require.Len(t, p.history(t, anna).Movements, 2)

	// A row that is gone takes what it told along, and nothing that happened here.
	p.apply(t, replication.Change{Op: replication.OpDelete, Key: foreign.String()})
	require.Equal(t, []uuid.UUID{own.CrossingID}, movementIDs(p.history(t, anna)))
}

func TestATravellerKnownFromTheCentreKeepsHisFile(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	told := published(uuid.New(), []file.Paper{anna}, movement(t, uuid.New(), border.Entry, "test-sea", "2026-11-01"))
	p.tell(t, told)
	out := p.cross(t, anna, border.Exit, now)
	require.Equal(t, told.File, out.TravellerID)
	require.Equal(t, []uuid.UUID{told.Movements[0].ID, out.CrossingID}, movementIDs(p.history(t, anna)))
	past, err := p.past(t, anna)
	require.NoError(t, err)
	require.Equal(t, "test-air", past.Last.Station)
}

func TestOurTwoFilesThatTheCentreCallsOneAreOneUntilItDoesNot(t *testing.T) {
	p := newPost(t)
	old, renewed := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100"), paper(t, "BERG", "ANNA", "1974-08-12", "X200")
	a, b := p.cross(t, old, border.Entry, now.AddDate(0, 0, -9)), p.cross(t, renewed, border.Exit, now)
	foreign := []uuid.UUID{uuid.New(), uuid.New()}
	old.File, renewed.File = foreign[0], foreign[1]
	link := file.StandingLink{ID: uuid.New(), At: now, Link: file.Link{A: foreign[0], B: foreign[1], Verdict: file.Same, Ground: file.GroundChangeOfDocument}}
	row := published(foreign[0], []file.Paper{old, renewed})
	row.Members, row.Links = foreign, []file.StandingLink{link}
	p.tell(t, row)
	require.Equal(t, []uuid.UUID{a.CrossingID, b.CrossingID}, movementIDs(p.history(t, renewed)))

	// A supervisor here takes it back: it stays so while the centre does not know yet.
	require.NoError(t, p.say(t, a.TravellerID, b.TravellerID, file.Undecided, file.GroundUndo))
	require.Len(t, p.history(t, renewed).Movements, 1)
	p.tell(t, row)
	require.Len(t, p.history(t, renewed).Movements, 1)

	// A snapshot in which they are two.
	snapshot := []file.Published{published(foreign[0], []file.Paper{old}), published(foreign[1], []file.Paper{renewed})}
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return p.sink.Clear(t.Context(), tx) }))
	p.tell(t, snapshot...)
	require.Len(t, p.history(t, old).Movements, 1)

	// The centre calls them one without naming a word: that contradicts the word that stands here, and a person must decide.
	row.Links = nil
	p.tell(t, row)
	p.apply(t, replication.Change{Op: replication.OpDelete, Key: foreign[1].String()})
	require.Len(t, p.history(t, old).Movements, 1)
	tasks, _, err := p.Duplicates(t.Context(), nil, 10, look("duplicate_check"))
	require.NoError(t, err)
	require.Len(t, tasks, 1)
	require.Contains(t, tasks[0].Codes, "contradiction")
	require.NoError(t, p.say(t, a.TravellerID, b.TravellerID, file.Same, file.GroundDuplicate))
	require.Len(t, p.history(t, old).Movements, 2)
}

func TestFilesInOneRowOfTheCentreAreOneWithoutAWord(t *testing.T) {
	p := newPost(t)
	old, renewed := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100"), paper(t, "BERG", "ANNA", "1974-08-12", "X200")
	p.cross(t, old, border.Entry, now.AddDate(0, 0, -9))
	p.cross(t, renewed, border.Exit, now)
	row := published(uuid.New(), []file.Paper{old, renewed})
	p.tell(t, row)
	require.Len(t, p.history(t, old).Movements, 2)
	p.tell(t, published(row.File, []file.Paper{old}), published(uuid.New(), []file.Paper{renewed}))
	require.Len(t, p.history(t, old).Movements, 1, "and two again when the centre says so")
}

func TestALinkUndoneElsewhereIsUndoneHere(t *testing.T) {
	p := newPost(t)
	one, two := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100"), paper(t, "BERG", "ANNA", "1974-08-12", "X200")
	a, b := p.cross(t, one, border.Entry, now.AddDate(0, 0, -9)).TravellerID, p.cross(t, two, border.Exit, now).TravellerID
	require.NoError(t, p.say(t, a, b, file.Same, file.GroundDuplicate))
	require.Len(t, p.history(t, one).Movements, 2)
	heads, err := p.Heads(t.Context(), file.PairOf(a, b))
	require.NoError(t, err)
	undo := file.StandingLink{
		ID: uuid.New(), At: now, Supersedes: heads, Link: file.Link{A: a, B: b, Verdict: file.Different, Ground: file.GroundDuplicate, Evidence: "twins"},
	}
	rows := []file.Published{published(a, []file.Paper{one}), published(b, []file.Paper{two})}
	rows[0].Links, rows[1].Links = []file.StandingLink{undo}, []file.StandingLink{undo}
	p.tell(t, rows...)
	require.Len(t, p.history(t, one).Movements, 1)
	p.apply(t, replication.Change{Op: replication.OpDelete, Key: a.String()}, replication.Change{Op: replication.OpDelete, Key: b.String()})
	require.Len(t, p.history(t, one).Movements, 1, "the centre stops telling of somebody: that takes back no word")
	require.Equal(t, 1, p.count(t, `SELECT count(*) FROM file_link WHERE source = 'centre'`))
}

func TestTheCentresFilesMakeTasksOnlyWithFilesMadeHere(t *testing.T) {
	p := newPost(t)
	mine := p.cross(t, paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100"), border.Entry, now).TravellerID
	first := published(uuid.New(), []file.Paper{paper(t, "ERIKSSON", "ANNA", "1974", "Y200")})
	second := published(uuid.New(), []file.Paper{paper(t, "ANNA", "ERIKSSON", "1974-08-12", "Z300")})
	p.tell(t, first, second)
	tasks, total, err := p.Duplicates(t.Context(), nil, 10, look("duplicate_check"))
	require.NoError(t, err)
	require.Equal(t, 2, total)
	for _, task := range tasks {
		require.True(t, task.A == mine || task.B == mine)
	}
	p.tell(t, first)
	_, total, err = p.Duplicates(t.Context(), nil, 10, look("duplicate_check"))
	require.NoError(t, err)
	require.Equal(t, 2, total, "told again, asked once")

	// Another station has decided about a pair before its file came here.
	third := published(uuid.New(), []file.Paper{paper(t, "ERIKSSON", "ANNA", "1974-08", "W400")})
	third.Links = []file.StandingLink{{ID: uuid.New(), At: now, Link: file.Link{A: mine, B: third.File, Verdict: file.Different, Ground: file.GroundDuplicate}}}
	p.tell(t, third)
	_, total, err = p.Duplicates(t.Context(), nil, 10, look("duplicate_check"))
	require.NoError(t, err)
	require.Equal(t, 2, total)
}

func TestWhatASupervisorVoidedStaysVoidedThroughASnapshot(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	told := published(uuid.New(), []file.Paper{anna}, movement(t, uuid.New(), border.Entry, "test-sea", "2026-11-01"))
	p.tell(t, told)
	void := file.Repair{File: told.File, Void: []file.Voided{{Movement: told.Movements[0].ID, Ground: "never_crossed", Evidence: "he was here that day"}}}
	require.NoError(t, p.Repair(t.Context(), void, author(), bordertest.Entry(audit.Alteration, "file", told.File)))
	require.Empty(t, p.history(t, anna).Movements)
	p.tell(t, told)
	require.Empty(t, p.history(t, anna).Movements)
	require.NoError(t, p.db.InTx(t.Context(), func(tx pgx.Tx) error { return p.sink.Clear(t.Context(), tx) }))
	p.tell(t, told)
	require.Empty(t, p.history(t, anna).Movements)
}

func TestWhatCannotBeUsedIsCountedAndTheRestIsUsed(t *testing.T) {
	p := newPost(t)
	anna := paper(t, "ERIKSSON", "ANNA", "1974-08-12", "X100")
	row := published(uuid.New(), []file.Paper{anna, paper(t, "NO", "NUMBER", "1974-08-12", "--")},
		movement(t, uuid.New(), border.Entry, "test-sea", "2026-11-01"), movement(t, uuid.New(), "sideways", "test-sea", "2026-11-02"))
	row.Movements[0].Basis = "a_basis_of_tomorrow"
	p.tell(t, row)
	h := p.history(t, anna)
	require.Len(t, h.Movements, 1)
	require.EqualValues(t, "a_basis_of_tomorrow", h.Movements[0].Basis, "a code that this release does not know is kept")
	require.Equal(t, 2, p.count(t, `SELECT count(*) FROM file_unusable`))
	broken := replication.Change{Op: replication.OpPut, Key: uuid.NewString(), Data: json.RawMessage(`{"file": 7}`)}
	p.apply(t, broken)
	person, err := p.Person(t.Context(), row.File, look("complaint"))
	require.NoError(t, err)
	require.Equal(t, 3, person.Unusable)
	require.Contains(t, p.log.String(), "number_missing")
	require.NotContains(t, p.log.String(), "NUMBER", "nothing of a person is logged")
	p.apply(t, replication.Change{Op: replication.OpDelete, Key: broken.Key})
	require.Equal(t, 2, p.count(t, `SELECT count(*) FROM file_unusable`))
}
