package centraldb

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/file"
)

// scope is which travellers a round is about: the members of each person, by his smallest traveller, and the travellers whose
// persons may have had other members before.
type scope struct {
	members map[uuid.UUID][]uuid.UUID
}

// regroup works out again who is one person among the travellers whose links changed, and gives the persons of all notes.
func regroup(ctx context.Context, tx pgx.Tx, n notes, now time.Time) (scope, error) {
	travellers := n.travellers
	if len(n.regroup) > 0 {
		components, err := readComponents(ctx, tx, n.regroup)
		if err != nil {
			return scope{}, err
		}
		touched, err := storeGroups(ctx, tx, components, now)
		if err != nil {
			return scope{}, err
		}
		travellers = distinctIDs(append(slices.Clone(travellers), touched...))
	}
	return readMembers(ctx, tx, travellers)
}

// component is a set of travellers that links and edges hang together, whatever the links say.
type component struct {
	travellers []uuid.UUID
	edges      [][2]uuid.UUID // of one document shown for two files
	words      []file.Decided // between travellers
}

// readComponents follows links and edges from the given travellers as far as they go.
func readComponents(ctx context.Context, tx pgx.Tx, from []uuid.UUID) ([]*component, error) {
	seen := map[uuid.UUID]bool{}
	edges, words := map[[2]uuid.UUID]bool{}, map[uuid.UUID]file.Decided{}
	for frontier := distinctIDs(from); len(frontier) > 0; {
		for _, id := range frontier {
			seen[id] = true
		}
		if err := readEdges(ctx, tx, frontier, edges); err != nil {
			return nil, err
		}
		if err := readWords(ctx, tx, frontier, words); err != nil {
			return nil, err
		}
		var next []uuid.UUID
		add := func(id uuid.UUID) {
			if !seen[id] {
				next = append(next, id)
			}
		}
		for e := range edges {
			add(e[0])
			add(e[1])
		}
		for _, w := range words {
			add(w.A)
			add(w.B)
		}
		frontier = distinctIDs(next)
	}
	return split(seen, edges, words), nil
}

func readEdges(ctx context.Context, tx pgx.Tx, of []uuid.UUID, into map[[2]uuid.UUID]bool) error {
	rows, err := tx.Query(ctx, `SELECT a, b FROM traveller_edge WHERE a = ANY($1) UNION SELECT a, b FROM traveller_edge WHERE b = ANY($1)`, of)
	if err != nil {
		return fmt.Errorf("read edges: %w", err)
	}
	var e [2]uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&e[0], &e[1]}, func() error {
		into[e] = true
		return nil
	})
	return wrap(err, "read edges")
}

func readWords(ctx context.Context, tx pgx.Tx, of []uuid.UUID, into map[uuid.UUID]file.Decided) error {
	rows, err := tx.Query(ctx, `
		SELECT l.record_id, l.event_time, l.a, l.b, l.link FROM file_link l WHERE l.a = ANY($1) OR l.b = ANY($1)`, of)
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	var w file.Decided
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&w.ID, &w.At, &w.A, &w.B, &body}, func() error {
		var link file.StandingLink
		if err := json.Unmarshal(body, &link); err != nil {
			return fmt.Errorf("stored link %s: %w", w.ID, err)
		}
		w.Verdict, w.Supersedes = link.Verdict, slices.Clone(link.Supersedes)
		into[w.ID] = w
		return nil
	})
	return wrap(err, "read links")
}

// split puts what hangs together into components.
func split(travellers map[uuid.UUID]bool, edges map[[2]uuid.UUID]bool, words map[uuid.UUID]file.Decided) []*component {
	all := union{}
	for e := range edges {
		all.join(e[0], e[1])
	}
	for _, w := range words {
		all.join(w.A, w.B)
	}
	byRoot := map[uuid.UUID]*component{}
	of := func(id uuid.UUID) *component {
		root := all.root(id)
		if byRoot[root] == nil {
			byRoot[root] = new(component)
		}
		return byRoot[root]
	}
	for _, id := range slices.SortedFunc(maps.Keys(travellers), compareIDs) {
		c := of(id)
		c.travellers = append(c.travellers, id)
	}
	for e := range edges {
		c := of(e[0])
		c.edges = append(c.edges, e)
	}
	for _, w := range words {
		c := of(w.A)
		c.words = append(c.words, w)
	}
	return slices.Collect(maps.Values(byRoot))
}

// union is a forest of ids that belong together; the smallest is the root.
type union map[uuid.UUID]uuid.UUID

func (u union) root(id uuid.UUID) uuid.UUID {
	for {
		up, has := u[id]
		if !has || up == id {
			return id
		}
		id = up
	}
}

func (u union) join(a, b uuid.UUID) {
	if e := edge(u.root(a), u.root(b)); e[0] != e[1] {
		u[e[1]] = e[0]
	}
}

// persons says who is one person in a component: first those whom a document joins, then what people decided about these. A
// decision that two of them are different persons contradicts the document. Nothing is joined on the strength of contradicting words.
func (c *component) persons() (leader map[uuid.UUID]uuid.UUID, conflicts []file.Pair) {
	joined := union{}
	for _, e := range c.edges {
		joined.join(e[0], e[1])
	}
	words := make([]file.Decided, 0, len(c.words))
	superseded := map[uuid.UUID]bool{}
	for _, w := range c.words {
		for _, id := range w.Supersedes {
			superseded[id] = superseded[id] || id != w.ID
		}
	}
	for _, w := range c.words {
		a, b := joined.root(w.A), joined.root(w.B)
		if a == b && w.Verdict == file.Different && !superseded[w.ID] {
			conflicts = append(conflicts, file.PairOf(w.A, w.B))
		}
		w.A, w.B = a, b
		words = append(words, w)
	}
	grouping := file.Groups(words)
	leader = make(map[uuid.UUID]uuid.UUID, len(c.travellers))
	for _, id := range c.travellers {
		root := joined.root(id)
		if of, named := grouping.Of[root]; named {
			root = of
		}
		leader[id] = root
	}
	return leader, append(conflicts, grouping.Conflicts...)
}

// storeGroups replaces the groups and conflicts of whole components. It gives all their travellers.
func storeGroups(ctx context.Context, tx pgx.Tx, components []*component, now time.Time) (touched []uuid.UUID, err error) {
	var members, leaders []uuid.UUID
	out := new(pgx.Batch)
	for _, c := range components {
		touched = append(touched, c.travellers...)
	}
	out.Queue(`DELETE FROM traveller_group WHERE traveller_id = ANY($1)`, touched)
	for _, c := range components {
		leader, conflicts := c.persons()
		size := map[uuid.UUID]int{}
		for _, id := range leader {
			size[id]++
		}
		for id, first := range leader {
			if size[first] > 1 {
				members, leaders = append(members, id), append(leaders, first)
			}
		}
		storeConflict(out, c, conflicts, now)
	}
	out.Queue(`INSERT INTO traveller_group (traveller_id, leader) SELECT * FROM unnest($1::uuid[], $2::uuid[])`, members, leaders)
	return touched, wrap(tx.SendBatch(ctx, out).Close(), "store groups")
}

// storeConflict keeps one task for a component in which words contradict each other, with the standing words about its pairs.
func storeConflict(out *pgx.Batch, c *component, conflicts []file.Pair, now time.Time) {
	out.Queue(`DELETE FROM file_conflict WHERE id = ANY($1) AND ($2 OR id <> $3)`, c.travellers, len(conflicts) == 0, c.travellers[0])
	if len(conflicts) == 0 {
		return
	}
	var links []uuid.UUID
	superseded := map[uuid.UUID]bool{}
	for _, w := range c.words {
		for _, id := range w.Supersedes {
			superseded[id] = true
		}
	}
	for _, w := range c.words {
		if !superseded[w.ID] && w.Verdict != file.Undecided {
			links = append(links, w.ID)
		}
	}
	out.Queue(`
		INSERT INTO file_conflict AS f (id, travellers, links, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET travellers = excluded.travellers, links = excluded.links`,
		c.travellers[0], c.travellers, distinctIDs(links), now)
}

// readMembers finds the persons that travellers belong to, with all their travellers.
func readMembers(ctx context.Context, tx pgx.Tx, travellers []uuid.UUID) (scope, error) {
	s := scope{members: make(map[uuid.UUID][]uuid.UUID, len(travellers))}
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT coalesce(g.leader, t.id), coalesce(m.traveller_id, t.id) FROM unnest($1::uuid[]) AS t(id)
		LEFT JOIN traveller_group g ON g.traveller_id = t.id LEFT JOIN traveller_group m ON m.leader = g.leader`, travellers)
	if err != nil {
		return s, fmt.Errorf("read groups: %w", err)
	}
	var leader, member uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&leader, &member}, func() error {
		s.members[leader] = append(s.members[leader], member)
		return nil
	})
	return s, wrap(err, "read groups")
}
