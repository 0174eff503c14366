package passengerdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/internal/pgcluster"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
)

// Those who keep at the same moment share one transaction: whoever finds nobody at it does it for all who wait. One flush of the disk then
// makes many messages durable, and the chain has one writer.
type keeper struct {
	mu      sync.Mutex
	busy    bool
	waiting []*keeping
}

// keeping is one envelope on its way.
type keeping struct {
	e       apipnr.Envelope
	key     *vault.DataKey
	sealed  []byte
	kept    [sha256.Size]byte
	receipt apipnr.Receipt
	again   bool // waits to be read
	err     error
	done    chan struct{}
}

// Bounds of one transaction of keepers, and how long it may take.
const (
	keepAtOnce  = 256
	keepBytes   = 32 << 20
	keepTimeout = 30 * time.Second
)

// bodyKind is the kind of sealed bytes of messages (vault.Place).
const bodyKind = "passenger_body"

// Keep makes an envelope durable: sealed, with its digest in the chain. The same bytes of the same carrier are kept once; when the first
// could not be used, they are read again.
func (s *Store) Keep(ctx context.Context, e apipnr.Envelope) (apipnr.Receipt, error) {
	if e.ID == uuid.Nil || e.Carrier == "" || e.ReceivedAt.IsZero() || e.Digest == [sha256.Size]byte{} {
		return apipnr.Receipt{}, fmt.Errorf("keep: expected an envelope with id, carrier, instant of receipt and digest")
	}
	if len(e.Body) > apipnr.MaxBody {
		return apipnr.Receipt{}, fmt.Errorf("keep: %d bytes, expected at most %d", len(e.Body), apipnr.MaxBody)
	}
	if s.o.Space() != pgcluster.Ample {
		return apipnr.Receipt{}, problem.New(problem.Unavailable, "storage_full")
	}
	e.ReceivedAt = micro(e.ReceivedAt)
	e.Subject, e.Key, e.ContentType = text(e.Subject), text(e.Key), text(e.ContentType)
	k := &keeping{e: e, kept: sha256.Sum256(e.Body), done: make(chan struct{})}
	var err error
	if k.key, err = s.rawKey(ctx, e.ReceivedAt); err != nil {
		return apipnr.Receipt{}, wrap(err, "keep")
	}
	if k.sealed, err = k.key.Seal(vault.Place{Kind: bodyKind, Exhibit: e.ID, Version: 1}, e.Body); err != nil {
		return apipnr.Receipt{}, wrap(err, "keep")
	}
	if s.keeper.join(k) {
		s.keepAll(context.WithoutCancel(ctx))
	}
	select {
	case <-k.done:
		return k.receipt, wrap(k.err, "keep")
	case <-ctx.Done():
		return apipnr.Receipt{}, wrap(ctx.Err(), "keep")
	}
}

// maxText bounds what a sender names: a file, a key.
const maxText = 500

// text makes what a sender named fit for the database.
func text(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

// join queues an envelope and reports whether the caller has to do the work.
func (q *keeper) join(k *keeping) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, k)
	lead := !q.busy
	q.busy = true
	return lead
}

// next takes what goes into one transaction; none when nobody waits any more.
func (q *keeper) next() []*keeping {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, size := 0, 0
	for n < len(q.waiting) && n < keepAtOnce && (n == 0 || size+len(q.waiting[n].sealed) <= keepBytes) {
		size += len(q.waiting[n].sealed)
		n++
	}
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	q.busy = n > 0
	return batch
}

// keepAll keeps for everybody who waits. When its own is done the rest is done behind, so that nobody waits for those who came after him.
func (s *Store) keepAll(ctx context.Context) {
	s.keepBatch(ctx, s.keeper.next())
	go func() {
		for batch := s.keeper.next(); len(batch) > 0; batch = s.keeper.next() {
			s.keepBatch(ctx, batch)
		}
	}()
}

func (s *Store) keepBatch(ctx context.Context, batch []*keeping) {
	ctx, cancel := context.WithTimeout(ctx, keepTimeout)
	defer cancel()
	err := s.o.DB.InTx(ctx, func(tx pgx.Tx) error { return s.keepIn(ctx, tx, batch) })
	again := false
	for _, k := range batch {
		k.err = err
		again = again || k.again
		close(k.done)
	}
	if err == nil && again && s.o.Kept != nil {
		s.o.Kept()
	}
}

// keepIn keeps a batch. Locking the head of the chain puts all who keep, of every process, in one order.
func (s *Store) keepIn(ctx context.Context, tx pgx.Tx, batch []*keeping) error {
	var head link
	if err := tx.QueryRow(ctx, `SELECT seq, hash FROM passenger_chain FOR UPDATE`).Scan(&head.seq, &head.hash); err != nil {
		return err
	}
	known, err := known(ctx, tx, batch)
	if err != nil {
		return err
	}
	b, now := &pgx.Batch{}, s.clock()
	begin := head.seq
	for _, k := range batch {
		name := k.e.Carrier + "\x00" + string(k.e.Digest[:])
		first, is := known[name]
		if !is {
			head = k.link(head)
			k.insert(b, head, now)
			first = original{k.e.ID, k.e.ReceivedAt, "received"}
			known[name], k.again = first, true
		}
		k.receipt = apipnr.Receipt{
			ID: first.id, Digest: hex.EncodeToString(k.e.Digest[:]), Bytes: len(k.e.Body), ReceivedAt: first.receivedAt,
		}
		if first.id != k.e.ID {
			k.copyOf(b, first, now)
		}
	}
	if head.seq > begin {
		b.Queue(`UPDATE passenger_chain SET seq = $1, hash = $2`, head.seq, head.hash)
	}
	return tx.SendBatch(ctx, b).Close()
}

// original is what was kept of the same bytes before.
type original struct {
	id         uuid.UUID
	receivedAt time.Time
	state      string
}

// known finds what was kept already of the batch's bytes, by carrier and digest.
func known(ctx context.Context, tx pgx.Tx, batch []*keeping) (map[string]original, error) {
	carriers, digests := make([]string, len(batch)), make([][]byte, len(batch))
	for n, k := range batch {
		carriers[n], digests[n] = k.e.Carrier, k.e.Digest[:]
	}
	rows, err := tx.Query(ctx, `SELECT r.carrier, r.digest, r.id, r.received_at, s.state FROM unnest($1::text[], $2::bytea[]) q(carrier, digest)
		JOIN passenger_raw r USING (carrier, digest) JOIN passenger_status s ON s.raw_id = r.id`, carriers, digests)
	if err != nil {
		return nil, err
	}
	all := make(map[string]original, len(batch))
	var carrier string
	var digest []byte
	var o original
	_, err = pgx.ForEachRow(rows, []any{&carrier, &digest, &o.id, &o.receivedAt, &o.state}, func() error {
		o.receivedAt = o.receivedAt.UTC()
		all[carrier+"\x00"+string(digest)] = o
		return nil
	})
	return all, err
}

func (k *keeping) link(head link) link {
	l := link{
		id: k.e.ID, seq: head.seq + 1, carrier: k.e.Carrier, receivedAt: k.e.ReceivedAt, digest: k.e.Digest[:], kept: k.kept[:],
	}
	l.hash = l.chained(head.hash)
	return l
}

func (k *keeping) insert(b *pgx.Batch, l link, now time.Time) {
	e := k.e
	b.Queue(`INSERT INTO passenger_raw (id, seq, carrier, gateway, subject, content_type, sender_key, received_at, digest, kept_digest, dropped, size, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.ID, l.seq, e.Carrier, string(e.Gateway), e.Subject, e.ContentType, e.Key, e.ReceivedAt, l.digest, l.kept, e.Dropped, len(e.Body), l.hash)
	b.Queue(`INSERT INTO passenger_body (raw_id, key_id, sealed) VALUES ($1, $2, $3)`, e.ID, k.key.ID(), k.sealed)
	b.Queue(`INSERT INTO passenger_status (raw_id, seq, state, changed_at) VALUES ($1, $2, 'received', $3)`, e.ID, l.seq, now)
}

// copyOf counts the same bytes that came again. The same envelope delivered again is no copy. Bytes that could not be used wait to be read
// again: what failed is never a duplicate.
func (k *keeping) copyOf(b *pgx.Batch, first original, now time.Time) {
	failed := first.state == "quarantined" || first.state == "partial" || first.state == "incomplete"
	k.receipt.Duplicate = !failed
	k.again = k.again || failed
	b.Queue(`WITH new AS (INSERT INTO passenger_copy (id, raw_id, gateway, subject, received_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO NOTHING RETURNING raw_id)
		UPDATE passenger_status s SET copies = copies + 1, changed_at = $6, next_at = CASE WHEN $7 THEN NULL ELSE next_at END,
			state = CASE WHEN $7 THEN 'received' ELSE state END, replay = replay OR $7
		FROM new WHERE s.raw_id = new.raw_id`,
		k.e.ID, first.id, string(k.e.Gateway), k.e.Subject, k.e.ReceivedAt, now, failed)
}
