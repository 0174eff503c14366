package thread_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb/portaldbtest"
	"github.com/openbmis/openbmis/internal/vault"
)

// applicants send applications through the portal's service, without its pages, on the database of a centre that runs.
type applicants struct {
	*testing.T
	world   *world.World
	service *apply.Service
	fees    *paydb.Store
	policy  evisa.Policy
}

func newApplicants(t *testing.T, w *world.World) *applicants {
	t.Helper()
	a := &applicants{T: t, world: w, policy: evisa.DefaultPolicy("UTO")}
	portal, dir := pgtest.Portal(t, w.Central.DB), t.TempDir()
	own, err := vault.OpenPrivateKey(filepath.Join(dir, "portal.key"), rand.Reader)
	require.NoError(t, err)
	keys, err := vault.OpenFiles(filepath.Join(dir, "drafts"), rand.Reader, time.Now)
	require.NoError(t, err)
	judge, err := photo.New()
	require.NoError(t, err)
	store := portaldb.New(portal, portaldb.Options{
		Now: time.Now, Random: rand.Reader, NewID: uuid.New,
		Order: func(ctx context.Context, tx pgx.Tx, n pay.New) (pay.Order, error) { return a.fees.Order(ctx, tx, n) },
	})
	a.fees = paydb.New(portal, paydb.Options{ID: uuid.New, Now: time.Now, Told: store.Paid})
	a.service, err = apply.New(apply.Options{
		Store: store, Policy: a.policy, Keys: keys, Own: own, Files: upload.NewTaker(uuid.New, 1), Judge: judge, Pages: passport.NewReader(1),
		Payments: true, URL: "https://portal.test", Log: w.Logs.Logger(), Now: time.Now, Random: rand.Reader, NewID: uuid.New,
	})
	require.NoError(t, err)
	require.NoError(t, a.service.Prepare(t.Context()))
	return a
}

// send sends and pays so many applications for travel authorisations, each of somebody else.
func (a *applicants) send(n int) (sent []uuid.UUID) {
	a.Helper()
	for i := range n {
		sent = append(sent, a.sendOne(i))
	}
	return sent
}

func (a *applicants) sendOne(i int) uuid.UUID {
	a.Helper()
	ctx := a.Context()
	token, draft, err := a.service.Begin(ctx, fmt.Sprintf("192.0.2.%d", 1+i%250), "en")
	require.NoError(a, err)
	for _, page := range []apply.Page{apply.PagePurpose, apply.PageNation, apply.PageType} { // what is asked next depends on them
		a.answer(token, draft, page, i)
	}
	draft, err = a.service.Open(ctx, token)
	require.NoError(a, err)
	for _, task := range a.service.Tasks(draft) {
		a.answer(token, draft, task.Page, i)
	}
	sent, problems, err := a.service.Send(ctx, token, apply.Declare{
		Agreed: true, Declaration: a.policy.Declaration, Notice: a.policy.Notice, Language: "en",
	})
	require.NoError(a, err)
	require.Empty(a, problems)
	require.Len(a, sent.Applications, 1)
	a.pays(sent, i)
	return sent.Applications[0].ID
}

// answer answers a page of somebody's application.
func (a *applicants) answer(token string, draft apply.Draft, page apply.Page, i int) {
	a.Helper()
	at := apply.Where{Page: page}
	for _, task := range a.service.Tasks(draft) {
		if task.Page == page {
			at.Member = task.Member
		}
	}
	if page == apply.PagePapers || page == apply.PagePassport {
		return // nothing is asked for
	}
	if page == apply.PagePortrait {
		added, err := a.service.AddFile(a.Context(), token, at.Member, evisa.FilePortrait, portrait(a.T, uint64(100+i)))
		require.NoError(a, err)
		require.Empty(a, added.Problems)
		return
	}
	saved, err := a.service.Save(a.Context(), token, at, a.form(page, i))
	require.NoError(a, err, page)
	require.Empty(a, saved.Problems, "page %s", page)
}

// form is what the i-th applicant answers on a page.
func (a *applicants) form(page apply.Page, i int) apply.Form {
	v := world.NewTraveller(3000 + i)
	answers := portaldbtest.Answers("A")
	day := func(days int) []string { return []string{time.Now().AddDate(0, 0, days).Format(time.DateOnly)} }
	answers[apply.PageName] = apply.Form{"surname": {v.Surname}, "given_names": {v.GivenNames}, "original_name": {""}, "other_names": {""}}
	for field, value := range map[string][]string{"birth_date": {v.BirthDate.String()}, "sex": {v.Sex}} {
		answers[apply.PageBirth][field] = value
	}
	for field, value := range map[string][]string{"number": {v.Number}, "issued": day(-800), "expires": day(2000)} {
		answers[apply.PageDocument][field] = value
	}
	answers[apply.PageJourney]["arrival"], answers[apply.PageJourney]["departure"] = day(40), day(42)
	answers[apply.PageContact]["email"] = []string{fmt.Sprintf("applicant%d@example.org", i)}
	return answers[page]
}

// pays lets the provider's word come in that the fee was paid.
func (a *applicants) pays(sent apply.Sent, i int) {
	a.Helper()
	order, err := a.fees.Open(a.Context(), sent.Group)
	require.NoError(a, err)
	ref := fmt.Sprintf("o%d", i)
	_, err = a.fees.Begun(a.Context(), order.ID, "test", pay.Page{Ref: ref, URL: "https://pay.test/" + ref, Until: time.Now().Add(time.Hour)})
	require.NoError(a, err)
	_, err = a.fees.Apply(a.Context(), "test", pay.Standing{
		Ref: ref, Key: order.ID, State: pay.AtPaid, Payments: []pay.Payment{{Ref: "p" + ref, Amount: sent.Fee, At: time.Now()}},
	})
	require.NoError(a, err)
}
