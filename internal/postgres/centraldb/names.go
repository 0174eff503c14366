package centraldb

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// travellerWord is one word of a name that a traveller crossed under.
type travellerWord struct {
	word      string
	traveller uuid.UUID
}

// indexNames makes travellers findable by the words of their names.
func (b *batch) indexNames(ctx context.Context, seen []*sighting) error {
	var fresh, others []travellerWord
	for _, c := range seen {
		for word := range strings.FieldsSeq(c.name) {
			if c.fresh {
				fresh = append(fresh, travellerWord{word, c.traveller})
			} else {
				others = append(others, travellerWord{word, c.traveller})
			}
		}
	}
	fresh, others = distinctWords(fresh), distinctWords(others)
	if len(fresh) > few {
		if err := b.copyWords(ctx, fresh); err != nil {
			return err
		}
	} else {
		b.addWords(fresh)
	}
	b.addWords(others)
	b.growVocabulary(append(fresh, others...))
	return nil
}

func distinctWords(pairs []travellerWord) []travellerWord {
	slices.SortFunc(pairs, func(a, b travellerWord) int {
		return cmp.Or(cmp.Compare(a.word, b.word), bytes.Compare(a.traveller[:], b.traveller[:]))
	})
	return slices.Compact(pairs)
}

// copyWords stores the words of travellers that this transaction has made: nobody else can have stored them.
func (b *batch) copyWords(ctx context.Context, pairs []travellerWord) error {
	_, err := b.tx.CopyFrom(ctx, pgx.Identifier{"traveller_word"}, []string{"word", "traveller_id"},
		pgx.CopyFromSlice(len(pairs), func(i int) ([]any, error) { return []any{pairs[i].word, pairs[i].traveller}, nil }))
	return wrap(err, "index names")
}

func (b *batch) addWords(pairs []travellerWord) {
	if len(pairs) == 0 {
		return
	}
	words, travellers := make([]string, len(pairs)), make([]uuid.UUID, len(pairs))
	for i, p := range pairs {
		words[i], travellers[i] = p.word, p.traveller
	}
	b.out.Queue(`
		INSERT INTO traveller_word (word, traveller_id)
		SELECT * FROM unnest($1::text[], $2::uuid[]) ON CONFLICT DO NOTHING`, words, travellers)
}

func (b *batch) growVocabulary(pairs []travellerWord) {
	if len(pairs) == 0 {
		return
	}
	words := make([]string, len(pairs))
	for i, p := range pairs {
		words[i] = p.word
	}
	slices.Sort(words)
	b.out.Queue(`
		INSERT INTO name_word (word)
		SELECT w FROM unnest($1::text[]) AS u(w) WHERE NOT EXISTS (SELECT FROM name_word n WHERE n.word = u.w)
		ON CONFLICT DO NOTHING`, slices.Compact(words))
}
