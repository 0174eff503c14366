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
func (b *batch) indexNames(ctx context.Context, crossings []*crossingRow) error {
	var fresh, others []travellerWord
	for _, c := range crossings {
		for word := range strings.FieldsSeq(c.name) {
			if c.fresh {
				fresh = append(fresh, travellerWord{word, c.traveller})
			} else {
				others = append(others, travellerWord{word, c.traveller})
			}
		}
	}
	fresh, others = distinctWords(fresh), distinctWords(others)
	if err := b.copyWords(ctx, fresh); err != nil {
		return err
	}
	if err := b.addWords(ctx, others); err != nil {
		return err
	}
	return b.growVocabulary(ctx, append(fresh, others...))
}

func distinctWords(pairs []travellerWord) []travellerWord {
	slices.SortFunc(pairs, func(a, b travellerWord) int {
		return cmp.Or(cmp.Compare(a.word, b.word), bytes.Compare(a.traveller[:], b.traveller[:]))
	})
	return slices.Compact(pairs)
}

// copyWords stores the words of travellers that this transaction has made: nobody else can have stored them.
func (b *batch) copyWords(ctx context.Context, pairs []travellerWord) error {
	if len(pairs) == 0 {
		return nil
	}
	_, err := b.tx.CopyFrom(ctx, pgx.Identifier{"traveller_word"}, []string{"word", "traveller_id"},
		pgx.CopyFromSlice(len(pairs), func(i int) ([]any, error) { return []any{pairs[i].word, pairs[i].traveller}, nil }))
	return wrap(err, "index names")
}

func (b *batch) addWords(ctx context.Context, pairs []travellerWord) error {
	if len(pairs) == 0 {
		return nil
	}
	words, travellers := make([]string, len(pairs)), make([]uuid.UUID, len(pairs))
	for i, p := range pairs {
		words[i], travellers[i] = p.word, p.traveller
	}
	_, err := b.tx.Exec(ctx, `
		INSERT INTO traveller_word (word, traveller_id)
		SELECT * FROM unnest($1::text[], $2::uuid[]) ON CONFLICT DO NOTHING`, words, travellers)
	return wrap(err, "index names")
}

func (b *batch) growVocabulary(ctx context.Context, pairs []travellerWord) error {
	if len(pairs) == 0 {
		return nil
	}
	words := make([]string, len(pairs))
	for i, p := range pairs {
		words[i] = p.word
	}
	slices.Sort(words)
	_, err := b.tx.Exec(ctx, `
		INSERT INTO name_word (word)
		SELECT w FROM unnest($1::text[]) AS u(w) WHERE NOT EXISTS (SELECT FROM name_word n WHERE n.word = u.w)
		ON CONFLICT DO NOTHING`, slices.Compact(words))
	return wrap(err, "index words")
}
