package portaldb_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/mail"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
	"github.com/openbmis/openbmis/traveldoc"
)

// letters sends what waits and keeps it.
type letters struct{ sent []mail.Message }

func (l *letters) Send(_ context.Context, m mail.Message) error {
	l.sent = append(l.sent, m)
	return nil
}

func post(t *testing.T, w *portaldbtest.World) []mail.Message {
	t.Helper()
	kept := &letters{}
	worker := mail.Worker{
		Sender: kept, Now: w.Clock.Now, Log: w.Options.Log,
		Outbox: portaldb.Outbox{DB: w.Portal, Own: w.Options.Own, Now: w.Clock.Now, Write: func(l apply.Letter) (string, string) {
			text, err := json.Marshal(l)
			require.NoError(t, err)
			return string(l.Kind), string(text)
		}},
	}
	require.NoError(t, worker.Round(t.Context()))
	return kept.sent
}

func letterOf(t *testing.T, m mail.Message) (l apply.Letter) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(m.Text), &l))
	return l
}

func TestSaveAndResumeByAnEmailedLink(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	w.Save(t, token, apply.Where{Page: apply.PageContact}, portaldbtest.Answers("T")[apply.PageContact])
	problems, err := w.Service.MailLink(t.Context(), token, portaldbtest.Source, nil)
	require.NoError(t, err)
	require.Empty(t, problems)
	sent := post(t, w)
	require.Len(t, sent, 1)
	require.Empty(t, post(t, w), "once")
	require.Equal(t, "anne@example.org", sent[0].To)
	link := letterOf(t, sent[0]).Link
	secret, found := strings.CutPrefix(link, "https://portal.test"+apply.ResumePath)
	require.True(t, found, link)

	other, d, err := w.Service.Resume(t.Context(), portaldbtest.Source, secret)
	require.NoError(t, err)
	require.NotEqual(t, token, other)
	require.Equal(t, "anne@example.org", d.Group[apply.PageContact]["email"])
	_, _, err = w.Service.Resume(t.Context(), portaldbtest.Source, secret)
	require.ErrorIs(t, err, apply.ErrLink, "once")

	_, err = w.Service.MailLinks(t.Context(), "198.51.100.1", "fr", apply.Form{"email": {"ANNE@example.org"}})
	require.NoError(t, err)
	_, err = w.Service.MailLinks(t.Context(), "198.51.100.1", "fr", apply.Form{"email": {"nobody@example.org"}})
	require.NoError(t, err, "the same answer whether there is one")
	sent = post(t, w)
	require.Len(t, sent, 1)
	secret = strings.TrimPrefix(letterOf(t, sent[0]).Link, "https://portal.test"+apply.ResumePath)
	w.Clock.Add(25 * time.Hour)
	_, _, err = w.Service.Resume(t.Context(), portaldbtest.Source, secret)
	require.ErrorIs(t, err, apply.ErrLink, "too old")
	_, err = w.Service.Open(t.Context(), token)
	require.ErrorIs(t, err, apply.ErrNoDraft, "a browser that was away too long")
}

// Neither a token, a link, a letter, a name nor an address stands in the database in clear, and nothing of a person in the log.
func TestNothingStandsInClear(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	w.Fill(t, token, "H", nil)
	_, err := w.Service.MailLink(t.Context(), token, portaldbtest.Source, nil)
	require.NoError(t, err)
	reference, err := evisa.NewReference(rand.Reader)
	require.NoError(t, err)
	for range 12 {
		_, _, err = w.Service.Find(t.Context(), portaldbtest.Source, apply.Form{"reference": {string(reference)}, "birth_date": {"1988-04-12"}})
	}
	require.ErrorIs(t, err, apply.ErrSlowDown)
	admin := pgtest.Admin(t, w.DB)
	dump := func() string {
		var all strings.Builder
		for _, table := range tablesOf(t, admin.Pool.Query, `SELECT 'portal.' || relname FROM pg_class WHERE relnamespace = 'portal'::regnamespace AND relkind = 'r'`) {
			var text string
			require.NoError(t, admin.Pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(x::text, E'\n'), '') FROM `+table+` x`).Scan(&text))
			all.WriteString(text)
		}
		return all.String()
	}
	before := dump()
	_, _, err = w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	for _, text := range []string{before, dump(), w.Log.String()} {
		for _, secret := range []string{token, "Lef", "anne", "example.org", "19XA45678", "1988-04-12", "198804", portaldbtest.Source} {
			require.NotContains(t, text, secret)
			require.NotContains(t, text, hexOf(secret))
		}
	}
	require.Contains(t, w.Log.String(), "tries too often", "and yet it is logged")
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

func TestGuessingIsSlowed(t *testing.T) {
	w := portaldbtest.New(t)
	_, sent := w.Sent(t, "H")
	reference := string(sent.Applications[0].Reference)
	guess := func(source, reference, born string) error {
		_, problems, err := w.Service.Find(t.Context(), source, apply.Form{"reference": {reference}, "birth_date": {born}})
		require.Empty(t, problems)
		return err
	}
	for n := range 5 {
		require.ErrorIs(t, guess("203.0.113."+string(rune('1'+n)), reference, "1990-01-01"), apply.ErrNotFound)
	}
	require.ErrorIs(t, guess("203.0.113.99", reference, "1988-04-12"), apply.ErrSlowDown, "the reference waits, from wherever it is asked, right or wrong")
	w.Clock.Add(3 * time.Second)
	require.NoError(t, guess("203.0.113.99", reference, "1988-04-12"), "and never for good")

	wrong := 0
	for range 60 { // one source over many references
		other, err := evisa.NewReference(rand.Reader)
		require.NoError(t, err)
		if errors.Is(guess("203.0.113.50", string(other), "1990-01-01"), apply.ErrNotFound) {
			wrong++
		}
	}
	require.Equal(t, 51, wrong)
	require.ErrorIs(t, guess("203.0.113.50", reference, "1988-04-12"), apply.ErrSlowDown)
	require.NoError(t, guess("203.0.113.51", reference, "1988-04-12"))
}

// Who tries numbers of visas is slowed, by the number and by where it is asked from, and it is logged, without what was asked.
func TestGuessingOfVisasIsSlowedAndLogged(t *testing.T) {
	w := portaldbtest.New(t)
	visa, err := evisa.NewNumber(rand.Reader)
	require.NoError(t, err)
	row := portaldb.Verifiable{Visa: visa, Document: "19XA45678", From: day(t, 2026, 11, 20), Until: day(t, 2026, 12, 20)}
	require.NoError(t, w.DB.InTx(t.Context(), func(tx pgx.Tx) error { return w.Centre.PutVerify(t.Context(), tx, row) }))
	ask := func(source, number, document string) error {
		_, problems, err := w.Service.Verify(t.Context(), source, apply.Form{"number": {number}, "document": {document}})
		require.Empty(t, problems)
		return err
	}
	for n := range 5 {
		require.NoError(t, ask("203.0.113."+string(rune('1'+n)), visa.String(), "19XA4567"+string(rune('1'+n))))
	}
	require.NotContains(t, w.Log.String(), "tries too often")
	require.ErrorIs(t, ask("203.0.113.99", visa.String(), "19XA45678"), apply.ErrSlowDown, "the number waits, from wherever it is asked")
	require.Contains(t, w.Log.String(), "tries too often")
	require.Contains(t, w.Log.String(), "what=verify")
	w.Clock.Add(3 * time.Second)
	require.NoError(t, ask("203.0.113.99", visa.String(), "19XA45678"), "and never for good")

	slowed := false
	for range 60 { // one source over many numbers
		other, err := evisa.NewNumber(rand.Reader)
		require.NoError(t, err)
		slowed = slowed || errors.Is(ask("203.0.113.50", other.String(), "19XA45678"), apply.ErrSlowDown)
	}
	require.True(t, slowed)
	require.ErrorIs(t, ask("203.0.113.50", visa.String(), "19XA45678"), apply.ErrSlowDown)
	for _, never := range []string{string(visa), "19XA4567", "203.0.113."} {
		require.NotContains(t, w.Log.String(), never)
	}
}

// A hundred guesses at once are counted as a hundred: waiting for one another is no way round the brake.
func TestGuessesAtOnceAreCounted(t *testing.T) {
	w := portaldbtest.New(t)
	number, err := evisa.NewNumber(rand.Reader)
	require.NoError(t, err)
	var all sync.WaitGroup
	answers := make([]error, 40)
	for i := range answers {
		all.Go(func() {
			_, _, answers[i] = w.Service.Verify(t.Context(), portaldbtest.Source, apply.Form{"number": {number.String()}, "document": {"X1234567"}})
		})
	}
	all.Wait()
	slowed := 0
	for _, err := range answers {
		if errors.Is(err, apply.ErrSlowDown) {
			slowed++
		} else {
			require.NoError(t, err)
		}
	}
	require.Equal(t, 35, slowed, "five are answered")
}

func TestVerification(t *testing.T) {
	w := portaldbtest.New(t)
	visa, err := evisa.NewNumber(rand.Reader)
	require.NoError(t, err)
	reference, err := evisa.NewReference(rand.Reader)
	require.NoError(t, err)
	from, until := day(t, 2026, 11, 20), day(t, 2026, 12, 20)
	row := portaldb.Verifiable{Visa: visa, Reference: reference, Document: "19XA45678", From: from, Until: until}
	in := func(act func(context.Context, pgx.Tx, portaldb.Verifiable) error) {
		require.NoError(t, w.DB.InTx(t.Context(), func(tx pgx.Tx) error { return act(t.Context(), tx, row) }))
	}
	asked := func(number, document string) bool {
		v, problems, err := w.Service.Verify(t.Context(), portaldbtest.Source, apply.Form{"number": {number}, "document": {document}})
		require.NoError(t, err)
		require.Empty(t, problems)
		return v.Valid
	}
	require.False(t, asked(visa.String(), "19XA45678"), "unknown")
	in(w.Centre.PutVerify)
	require.True(t, asked(visa.String(), "19xa 45678"))
	require.True(t, asked(reference.String(), "19XA45678"))
	require.False(t, asked(visa.String(), "19XA45679"), "wrong")
	w.Clock.Add(40 * 24 * time.Hour)
	require.False(t, asked(visa.String(), "19XA45678"), "over")
	w.Clock.Add(-40 * 24 * time.Hour)
	in(w.Centre.DropVerify)
	require.False(t, asked(visa.String(), "19XA45678"), "revoked")
	_, problems, err := w.Service.Verify(t.Context(), portaldbtest.Source, apply.Form{"number": {"<script>"}, "document": {"'; DROP"}})
	require.NoError(t, err)
	require.Len(t, problems, 2)
}

func TestDraftsExpireAndAreShredded(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	w.Fill(t, token, "H", nil)
	_, unpaid := w.Sent(t, "T")
	w.Clock.Add(29 * 24 * time.Hour)
	n, err := w.Service.Expire(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	w.Clock.Add(2 * 24 * time.Hour)
	n, err = w.Service.Expire(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	admin := pgtest.Admin(t, w.DB)
	for _, table := range []string{"draft", "file", "session", "parcel", "parcel_file"} {
		var rows int
		require.NoError(t, admin.Pool.QueryRow(t.Context(), `SELECT count(*) FROM portal.`+table).Scan(&rows))
		require.Zero(t, rows, table)
	}

	// Its fee comes in all the same: it goes back.
	order, err := w.Payment.Open(t.Context(), unpaid.Group)
	require.NoError(t, err)
	_, err = w.Payment.Begun(t.Context(), order.ID, "test", pay.Page{Ref: "late", URL: "https://pay.test/1", Until: w.Clock.Now().Add(time.Hour)})
	require.NoError(t, err)
	_, err = w.Payment.Apply(t.Context(), "test", pay.Standing{
		Ref: "late", Key: order.ID, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p", Amount: unpaid.Fee, At: w.Clock.Now()}},
	})
	require.NoError(t, err)
	require.Empty(t, w.Take(t), "nothing for the desk")
	owed, err := w.Payment.Owed(t.Context(), "test", 10)
	require.NoError(t, err)
	require.Len(t, owed, 1)
	require.Equal(t, unpaid.Fee, owed[0].Amount)
}

// The key that old drafts were wrapped with is destroyed when nothing is wrapped with it any more: no backup opens what was shredded.
func TestKeysOfShreddedDraftsAreDestroyed(t *testing.T) {
	w := portaldbtest.New(t)
	w.Begin(t)
	for range 3 {
		w.Clock.Add(31 * 24 * time.Hour)
		_, err := w.Service.Expire(t.Context())
		require.NoError(t, err)
		w.Begin(t)
	}
	generations, err := w.Options.Keys.Generations()
	require.NoError(t, err)
	require.NotContains(t, generations, "2026-11")
	require.LessOrEqual(t, len(generations), 3, "the current one, and those that drafts may still be wrapped with")
}

func TestAFamily(t *testing.T) {
	w := portaldbtest.New(t, func(o *apply.Options) { o.Policy.GroupMost = 3 })
	token := w.Begin(t)
	d, err := w.Service.AddMember(t.Context(), token)
	require.NoError(t, err)
	child := d.Members[1].ID
	require.Equal(t, child, d.Current)
	d, err = w.Service.AddMember(t.Context(), token)
	require.NoError(t, err)
	_, err = w.Service.AddMember(t.Context(), token)
	require.ErrorIs(t, err, apply.ErrFull)
	_, err = w.Service.RemoveMember(t.Context(), token, d.Lead().ID)
	require.ErrorIs(t, err, apply.ErrLead)
	_, err = w.Service.RemoveMember(t.Context(), token, d.Members[2].ID)
	require.NoError(t, err)
	_, err = w.Service.RemoveMember(t.Context(), token, d.Members[2].ID)
	require.ErrorIs(t, err, apply.ErrNoMember)
	saved, err := w.Service.Save(t.Context(), token, apply.Where{Page: apply.PageRelation, Member: d.Lead().ID}, apply.Form{"relation": {"child"}})
	require.ErrorIs(t, err, apply.ErrNoPage, "the lead is related to nobody: %v", saved.Problems)

	d = w.Fill(t, token, "T", nil)
	each, sum := w.Service.Fee(d)
	require.Equal(t, []evisa.Money{{Minor: 3500, Currency: "EUR"}, {Minor: 3500, Currency: "EUR"}}, each)
	require.Equal(t, evisa.Money{Minor: 7000, Currency: "EUR"}, sum)
	sent, problems, err := w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, sum, sent.Fee)
	require.Len(t, sent.Applications, 2)
	require.True(t, sent.Applications[0].Lead)
	require.NotEqual(t, sent.Applications[0].Reference, sent.Applications[1].Reference)
	written := post(t, w)
	require.Len(t, letterOf(t, written[0]).All, 2)
}

// Nobody comes to a page, a file or an application of somebody else's by its id.
func TestAnotherPersonsThings(t *testing.T) {
	w := portaldbtest.New(t)
	mine, theirs := w.Begin(t), w.Begin(t)
	d := w.Fill(t, theirs, "H", nil)
	lead, file := d.Lead().ID, d.Lead().Files[0].ID
	ctx := t.Context()
	_, err := w.Service.Save(ctx, mine, apply.Where{Page: apply.PageName, Member: lead}, apply.Form{"surname": {"X"}})
	require.ErrorIs(t, err, apply.ErrNoPage)
	_, _, err = w.Service.FileBytes(ctx, mine, file)
	require.ErrorIs(t, err, apply.ErrNoFile)
	_, err = w.Service.RemoveFile(ctx, mine, lead, file)
	require.ErrorIs(t, err, apply.ErrNoMember)
	_, err = w.Service.AddFile(ctx, mine, lead, "means", portaldbtest.Portrait(t))
	require.ErrorIs(t, err, apply.ErrNoMember)
	sent, _, err := w.Service.Send(ctx, theirs, w.Agreed())
	require.NoError(t, err)
	status := w.Find(t, sent.Applications[0].Reference)
	for _, token := range []string{"", mine, theirs, "x", status + "x"} {
		_, err = w.Service.Standing(ctx, token)
		require.ErrorIs(t, err, apply.ErrNoDraft)
		_, err = w.Service.Notice(ctx, token)
		require.ErrorIs(t, err, apply.ErrNoDraft)
	}
	_, err = w.Service.Open(ctx, status)
	require.ErrorIs(t, err, apply.ErrNoDraft, "who follows an application opens no draft")
	_, err = w.Service.Save(ctx, theirs, apply.Where{Page: apply.PageClaims}, portaldbtest.Answers("H")[apply.PageClaims])
	require.ErrorIs(t, err, apply.ErrSent)
	_, _, err = w.Service.FileBytes(ctx, theirs, file)
	require.ErrorIs(t, err, apply.ErrSent, "nobody reads here what was sent")
}

func TestTheNotice(t *testing.T) {
	w := portaldbtest.New(t)
	_, sent := w.Sent(t, "H")
	app := sent.Applications[0]
	token := w.Find(t, app.Reference)
	_, err := w.Service.Notice(t.Context(), token)
	require.ErrorIs(t, err, apply.ErrNoNotice)
	require.NoError(t, w.DB.InTx(t.Context(), func(tx pgx.Tx) error { return w.Centre.PutNotice(t.Context(), tx, app.ID, []byte("%PDF-1.7")) }))
	w.Tell(t, evisa.Told{Application: app.ID, Reference: app.Reference, Version: 1, State: evisa.Approved, Notice: true})
	pdf, err := w.Service.Notice(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, "%PDF-1.7", string(pdf))
	news := post(t, w)
	require.Equal(t, "news", news[len(news)-1].Subject)
	require.Equal(t, "fr", letterOf(t, news[len(news)-1]).Language)
}

func TestWhoNeedsNoVisaIsToldSo(t *testing.T) {
	w := portaldbtest.New(t)
	ctx := t.Context()
	offer, err := w.Service.Offer(ctx, "FRA", "P", "tourism", traveldoc.Date{})
	require.NoError(t, err)
	require.True(t, offer.Needed)
	require.False(t, offer.Known, "no rules were told: nobody can say that none is needed")
	book := evisa.RuleBook{Version: "1", Legal: "Act 1", Rules: []evisa.EntryRule{
		{ID: "a", Kind: evisa.VisaFree, Basis: "s. 1", Nationalities: []string{"FRA"}, Days: 90, Until: day(t, 2026, 12, 31)},
		{ID: "b", Kind: evisa.VisaOnArrival, Basis: "s. 2", Nationalities: []string{"USA"}},
	}}
	require.NoError(t, w.DB.InTx(ctx, func(tx pgx.Tx) error { return w.Centre.PutRules(ctx, tx, book) }))
	offer, err = w.Service.Offer(ctx, "FRA", "P", "tourism", traveldoc.Date{})
	require.NoError(t, err)
	require.False(t, offer.Needed)
	require.Equal(t, "a", offer.Rule.ID)
	require.NotEmpty(t, offer.Types, "he may apply all the same")
	offer, err = w.Service.Offer(ctx, "FRA", "P", "tourism", day(t, 2027, 1, 1))
	require.NoError(t, err)
	require.True(t, offer.Needed, "the rule has ended by then")
	offer, err = w.Service.Offer(ctx, "USA", "P", "business", traveldoc.Date{})
	require.NoError(t, err)
	require.False(t, offer.Needed)
	require.Equal(t, evisa.VisaOnArrival, offer.Rule.Kind)
	require.Equal(t, "B", offer.Types[0].Code)
}

// What is done at the portal with a person's record comes into the centre's audit log, once, in the applicant's name.
func TestActsComeIntoTheAuditLogOnce(t *testing.T) {
	w := portaldbtest.New(t)
	_, sent := w.Sent(t, "H")
	_, err := w.Service.Standing(t.Context(), w.Find(t, sent.Applications[0].Reference))
	require.NoError(t, err)
	taken, err := w.Centre.TakeActs(t.Context())
	require.NoError(t, err)
	require.Greater(t, taken, 10)
	again, err := w.Centre.TakeActs(t.Context())
	require.NoError(t, err)
	require.Zero(t, again)
	var rows, reads int
	require.NoError(t, w.DB.Pool.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE verb = 'consultation' AND object_id = $1)
		FROM audit WHERE role = 'applicant'`, sent.Applications[0].ID.String()).Scan(&rows, &reads))
	require.Equal(t, taken, rows)
	require.Equal(t, 2, reads)
}

func TestAFileThatIsNoneIsRefusedAtItsField(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	d, err := w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	for _, data := range [][]byte{nil, []byte("<svg onload=alert(1)>"), []byte("MZ\x90"), []byte("%PDF-1.7")} {
		added, err := w.Service.AddFile(t.Context(), token, d.Lead().ID, evisa.FilePortrait, data)
		require.NoError(t, err)
		require.Len(t, added.Problems, 1)
		require.Equal(t, apply.FieldFile, added.Problems[0].Field)
	}
	_, err = w.Service.AddFile(t.Context(), token, uuid.New(), evisa.FilePortrait, nil)
	require.ErrorIs(t, err, apply.ErrNoMember)
}

func TestADataPageFillsInWhatItSaysToBeConfirmed(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	d, err := w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	lead := d.Lead().ID
	added, err := w.Service.AddFile(t.Context(), token, lead, evisa.FilePassport, portaldbtest.DataPage(t))
	require.NoError(t, err)
	require.Empty(t, added.Problems)
	require.NoError(t, added.ReadProblem)
	require.NotNil(t, added.Read)
	m := added.Draft.Lead()
	require.Equal(t, added.Read.Document.Number, m.Answers[apply.PageDocument]["number"])
	require.Equal(t, added.Read.Identity.Surname, m.Answers[apply.PageName]["surname"])
	for _, task := range w.Service.Tasks(added.Draft) {
		if task.Page == apply.PageName {
			require.Equal(t, apply.Check, task.State, "filled in, and to be confirmed")
		}
	}
	w.Save(t, token, apply.Where{Page: apply.PageName, Member: lead}, w.Service.Values(added.Draft, apply.Where{Page: apply.PageName, Member: lead}))
	d, err = w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	for _, task := range w.Service.Tasks(d) {
		if task.Page == apply.PageName {
			require.Equal(t, apply.Done, task.State)
		}
	}
}

func TestWhatStandsInTheWayOfSending(t *testing.T) {
	w := portaldbtest.New(t)
	token := w.Begin(t)
	_, problems, err := w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.ErrorIs(t, problems[0], apply.ErrMissing)
	w.Fill(t, token, "H", nil)
	for _, d := range []apply.Declare{{}, {Agreed: true, Declaration: "old", Notice: w.Policy.Notice, Language: "en"}, {Agreed: true, Declaration: w.Policy.Declaration, Notice: w.Policy.Notice, Language: "xx"}} {
		_, problems, err := w.Service.Send(t.Context(), token, d)
		require.NoError(t, err)
		require.Equal(t, apply.FieldAgreed, problems[0].Field)
	}
	d, err := w.Service.Open(t.Context(), token)
	require.NoError(t, err)
	require.Empty(t, w.Service.Missing(d))
	types := w.Service.Policy.Types
	w.Service.Policy.Types = slices.DeleteFunc(slices.Clone(types), func(t evisa.Type) bool { return t.Code == "H" })
	_, problems, err = w.Service.Send(t.Context(), token, w.Agreed())
	require.NoError(t, err)
	require.ErrorIs(t, problems[0], apply.ErrMissing, "a type that was taken out of the policy meanwhile is not sent")
	require.Equal(t, []apply.Page{apply.PageType}, missingPages(w, d), "and the page is named")
	w.Service.Policy.Types = types
	w.Service.Now = func() time.Time { return w.Clock.Now().AddDate(0, 6, 0) }
	require.Equal(t, []apply.Page{apply.PageJourney}, missingPages(w, d), "the arrival has passed: what was right is no longer")
	closed := portaldbtest.New(t, func(o *apply.Options) { o.Payments = false })
	token = closed.Begin(t)
	closed.Fill(t, token, "T", nil)
	_, _, err = closed.Service.Send(t.Context(), token, closed.Agreed())
	require.ErrorIs(t, err, apply.ErrNoPayment)
}

// missingPages are the pages on which something stands in the way of sending, each once.
func missingPages(w *portaldbtest.World, d apply.Draft) (pages []apply.Page) {
	for _, m := range w.Service.Missing(d) {
		if !slices.Contains(pages, m.Page) {
			pages = append(pages, m.Page)
		}
	}
	return pages
}

// Before the centre was ever here, nothing is begun that could not be sent, and it is said.
func TestAPortalWithoutACentre(t *testing.T) {
	w := portaldbtest.New(t)
	admin := pgtest.Admin(t, w.DB)
	_, err := admin.Pool.Exec(t.Context(), `DELETE FROM visa_parcel_key; DELETE FROM portal.centre_key; DELETE FROM portal.blind_key`)
	require.NoError(t, err)
	alone, err := apply.New(w.Options)
	require.NoError(t, err)
	require.ErrorIs(t, alone.Prepare(t.Context()), apply.ErrNoCentre)
	_, _, err = alone.Begin(t.Context(), portaldbtest.Source, "en")
	require.ErrorIs(t, err, apply.ErrNoCentre)
	require.NoError(t, w.Centre.Announce(t.Context()))
	require.NoError(t, alone.Prepare(t.Context()))
}

// The centre takes what is sent at once, without being asked.
func TestTheCentreIsWoken(t *testing.T) {
	w := portaldbtest.New(t)
	ctx, end := context.WithCancel(t.Context())
	taken, ended := make(chan evisa.Parcel, 1), make(chan error, 1)
	go func() {
		ended <- w.Centre.Run(ctx, func(_ context.Context, _ pgx.Tx, p evisa.Parcel) error {
			taken <- p
			return nil
		})
	}()
	_, sent := w.Sent(t, "H")
	require.Equal(t, sent.Applications[0].ID, (<-taken).Application)
	end()
	require.NoError(t, <-ended)
}

func day(t testing.TB, year, month, of int) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.NewDate(year, month, of)
	require.NoError(t, err)
	return d
}
