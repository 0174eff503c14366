package thread_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/cmd/internal/world"
	"github.com/openbmis/openbmis/internal/auth"
)

// The centre's process is killed at random moments while a carrier pushes lists and an officer decides applications for visas, and is
// started again each time. Every list that was receipted is kept once and worked through; every decision that was answered stands; none
// stands half, whenever it died; nobody pays twice, and everybody is told. BMIS_STORM=long kills more often.
func TestKilledInTheMiddleOfAPushAndOfADecision(t *testing.T) {
	t.Parallel()
	kills, applications, long := 4, 6, os.Getenv("BMIS_STORM") == "long"
	if long {
		kills, applications = 40, 60
	}
	w := world.Prepare(t, airport())
	w.Central.Apart()
	w.Start(t)
	k := &killed{
		T: t, World: w, carrier: w.Central.Carrier(t, "XX"), officer: w.Central.SignedIn(t, auth.RoleVisaOfficer, "vera"),
		deciding: make(chan struct{}), receipted: map[[sha256.Size]byte]bool{}, approved: map[uuid.UUID]bool{},
	}
	t.Cleanup(k.tells)
	sent := newApplicants(t, w).send(applications)
	if !long { // an application whose checks died with the centre is checked again after a minute
		world.Eventually(t, func() bool {
			return w.Central.Count(t, `SELECT FROM visa_application WHERE state = 'examined'`) == applications
		}, "the applications are not examined")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var work sync.WaitGroup
	work.Go(func() { k.pushes(ctx) })
	var decided sync.WaitGroup
	decided.Go(func() { k.decides(ctx, sent) })

	random := rand.New(rand.NewPCG(20261122, 8))
	for range kills {
		k.awaitWork(random.IntN(2) == 0)
		<-time.After(time.Duration(random.IntN(40)) * time.Millisecond)
		w.Central.Kill(t)
		k.nothingHalf()
		w.Central.Start()
	}
	decided.Wait()
	before := k.receipts()
	world.Eventually(t, func() bool { return k.receipts() >= before+3 }, "the carrier's lists are not taken any more")
	stop()
	work.Wait()
	k.allOnce(sent)
	t.Logf("%d kills: %d lists receipted, %d decisions answered of %d", kills, k.receipts(), len(k.approved), len(sent))
}

// killed is the work that goes on while the centre dies.
type killed struct {
	*testing.T
	*world.World
	carrier  *client.NATS
	officer  *world.Client
	deciding chan struct{} // a decision is on its way

	mu        sync.Mutex
	receipted map[[sha256.Size]byte]bool // digests of lists
	approved  map[uuid.UUID]bool         // applications whose decision was answered
}

func (k *killed) receipts() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.receipted)
}

// pushes sends one list after the other, each again until it has its receipt.
func (k *killed) pushes(ctx context.Context) {
	now := k.Central.Clock.Now()
	for n := 0; ctx.Err() == nil; n++ {
		body := written(k.T, request(now, apipnr.List, fmt.Sprintf("K%d", n), world.NewTraveller(2000+2*n), world.NewTraveller(2001+2*n)), now)
		for ctx.Err() == nil {
			one, done := context.WithTimeout(ctx, 10*time.Second)
			_, err := k.carrier.Send(one, client.PAXLST, "", body)
			done()
			if err == nil {
				k.mu.Lock()
				k.receipted[sha256.Sum256(body)] = true
				k.mu.Unlock()
				break
			}
		}
		for ctx.Err() == nil && k.unread(ctx) > 10 { // so that in the end not minutes of work are left
			<-time.After(20 * time.Millisecond)
		}
	}
}

// unread is how many lists wait to be read; none where nobody can tell.
func (k *killed) unread(ctx context.Context) (n int) {
	_ = k.Central.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM passenger_status WHERE state = 'received'`).Scan(&n)
	return n
}

// decides approves the applications one after the other, each until it is approved, whatever the centre answers.
func (k *killed) decides(ctx context.Context, applications []uuid.UUID) {
	for _, id := range applications {
		for ctx.Err() == nil && !k.decide(ctx, id) {
			<-time.After(20 * time.Millisecond)
		}
	}
}

// decide does what comes next for an application, and reports whether it is approved.
func (k *killed) decide(ctx context.Context, id uuid.UUID) bool {
	var state, owner string
	var version int
	err := k.Central.DB.Pool.QueryRow(ctx, `SELECT state, owner_id, version FROM visa_application WHERE id = $1`, id).Scan(&state, &owner, &version)
	path := "/visas/" + id.String()
	switch {
	case err != nil, state == "received", state == "waiting_payment": // not here, or not examined yet
		return false
	case state == "approved":
		return true
	case owner == "":
		_, _ = k.officer.Post(ctx, path+"/claim", form("version", fmt.Sprint(version))) // what came of it is seen the next time
		return false
	}
	page, err := k.officer.Get(ctx, path+"?panel=approve")
	if err != nil || page.OK() != nil {
		return false
	}
	terms := formOf(page.Body, path+"/approve")
	if terms == nil {
		return false
	}
	terms.Set("reason", "the centre knows no payment provider that it could ask")
	select {
	case k.deciding <- struct{}{}: // somebody waits to kill
	default:
	}
	answer, err := k.officer.Post(ctx, path+"/approve", terms)
	if err == nil && answer.OK() == nil && strings.Contains(answer.Path, "done=approved") {
		k.mu.Lock()
		k.approved[id] = true
		k.mu.Unlock()
	}
	return false // the next look says
}

// formOf are the fields of a page's form as they are proposed; nil when the page has no such form.
func formOf(body, action string) url.Values {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil
	}
	var values url.Values
	for n := range root.Descendants() {
		if n.Data != "form" || value(n, "action") != action {
			continue
		}
		values = url.Values{}
		for field := range n.Descendants() {
			kind, name := value(field, "type"), value(field, "name")
			if field.Data == "input" && name != "" && (kind != "checkbox" && kind != "radio" || has(field, "checked")) {
				values.Add(name, value(field, "value"))
			}
		}
	}
	return values
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// awaitWork waits until a decision is on its way, or until two more lists are receipted.
func (k *killed) awaitWork(decision bool) {
	k.Helper()
	enough := make(chan struct{})
	ctx, done := context.WithCancel(k.Context())
	defer done()
	if decision && k.Central.Count(k, `SELECT FROM visa_application WHERE state <> 'approved'`) > 0 {
		select {
		case <-k.deciding:
			return
		case <-time.After(5 * time.Second): // the last was approved meanwhile
		}
	}
	before := k.receipts()
	go func() {
		defer close(enough)
		for ctx.Err() == nil && k.receipts() < before+2 {
			<-time.After(time.Millisecond)
		}
	}()
	select {
	case <-enough:
	case <-time.After(time.Minute):
		require.Fail(k, "no list is receipted")
	}
}

// half are applications whose decision, visa and word to the applicant are not all there, or not all absent.
const half = `SELECT FROM visa_application a
	LEFT JOIN (SELECT application, count(*) AS n FROM visa GROUP BY 1) v ON v.application = a.id
	LEFT JOIN (SELECT application_id, count(*) AS n FROM visa_application_event WHERE kind = 'approved' GROUP BY 1) e ON e.application_id = a.id
	LEFT JOIN portal.told t ON t.application_id = a.id
	WHERE coalesce(v.n, 0) <> (a.state = 'approved')::int OR coalesce(e.n, 0) <> (a.state = 'approved')::int OR coalesce(t.version, 0) <> a.told`

// tells where everything stands when the test fails.
func (k *killed) tells() {
	if !k.Failed() {
		return
	}
	var text string
	err := k.Central.DB.Pool.QueryRow(context.WithoutCancel(k.Context()), `SELECT (SELECT json_agg(x) FROM (SELECT state, reason, tries, next_at, count(*),
		(SELECT count(*) FROM passenger_message m WHERE m.raw_id = ANY (array_agg(s.raw_id))) AS messages FROM passenger_status s GROUP BY 1, 2, 3, 4) x)::text
		|| (SELECT coalesce(json_agg(a), '[]') FROM (SELECT state, told, visa <> '' AS visa, count(*) FROM visa_application GROUP BY 1, 2, 3) a)::text`).Scan(&text)
	k.Log(text, err)
}

// nothingHalf is asked while the centre is dead.
func (k *killed) nothingHalf() {
	k.Helper()
	require.Zero(k, k.Central.Count(k, half), "a decision stands half")
	for id := range k.answered() {
		require.Equal(k, 1, k.Central.Count(k, `SELECT FROM visa_application WHERE id = $1 AND state = 'approved'`, id), "answered, and lost")
	}
}

func (k *killed) answered() map[uuid.UUID]bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := map[uuid.UUID]bool{}
	for id := range k.approved {
		all[id] = true
	}
	return all
}

// allOnce holds, in the end, everything that was acknowledged to being there once.
func (k *killed) allOnce(applications []uuid.UUID) {
	k.Helper()
	k.nothingHalf()
	n := len(applications)
	for what, sql := range map[string]string{
		"applications": `SELECT FROM visa_application WHERE state = 'approved' AND told > 0`,
		"visas":        `SELECT FROM visa`, "issued": `SELECT FROM visa_event`, "payments": `SELECT FROM portal.payment WHERE counts`,
		"paid": `SELECT FROM visa_application_event WHERE kind = 'paid'`,
	} {
		require.Equal(k, n, k.Central.Count(k, sql), what)
	}
	require.Equal(k, n, k.Central.Count(k, `SELECT FROM portal.payment`), "nobody has paid twice")
	require.Zero(k, k.Central.Count(k, `SELECT FROM portal.payment_refund`), "and nothing goes back")
	require.Zero(k, k.Central.Count(k, `SELECT FROM portal.parcel WHERE taken_at IS NULL`))
	world.Eventually(k, func() bool { return k.Station(0).Count(k, `SELECT FROM visa`) == n }, "the post has not all visas")
	var digests [][]byte
	for digest := range k.receipted {
		digests = append(digests, digest[:])
	}
	// What was receipted may wait in the stream of the carriers' door, which hands it over again half a minute after whoever had it died.
	require.Eventually(k, func() bool {
		return k.Central.Count(k, `SELECT FROM unnest($1::bytea[]) AS d LEFT JOIN passenger_raw r ON r.digest = d
			LEFT JOIN passenger_message m ON m.raw_id = r.id GROUP BY d HAVING count(m.id) <> 1`, digests) == 0 && k.unread(k.Context()) == 0
	}, 2*time.Minute, 50*time.Millisecond, "receipted, and not kept and read once")
	require.Zero(k, k.Central.Count(k, `SELECT FROM passenger_status WHERE state NOT IN ('applied', 'partial')`))
}
