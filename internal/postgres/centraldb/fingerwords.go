package centraldb

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/file"
)

// fingerWord is the last word of a station's takings of a traveller about a finger; ever says that one of them said that it is not there for good.
type fingerWord struct {
	file.FingerWord
	ever bool
}

const (
	// someCoded is the one permanent code; the index finger_enrolment_coded is of the same words.
	someCoded = `body -> 'slots' @> '[{"missing": "` + string(biometrics.Amputated) + `"}]'`
	// wordsOfTakings are each station's last words about each finger of travellers, when any of them was coded for good. What was said of somebody who was
	// not the person of the file does not count, nor what was taken under a key that is destroyed since: it goes with the prints. A taking
	// without a print has no key, and goes with those that its station destroyed of the file.
	wordsOfTakings = `SELECT DISTINCT ON (w.traveller_id, w.position, w.station) w.traveller_id, w.position, w.missing, w.station, w.at, w.by, w.since,
			bool_or(w.missing = '` + string(biometrics.Amputated) + `') OVER (PARTITION BY w.traveller_id, w.position)
		FROM (SELECT e.traveller_id, e.taking_id, x.slot ->> 'position' AS position, coalesce(x.slot ->> 'missing', '') AS missing, e.station,
				(e.body ->> 'at')::timestamptz AS at, coalesce(x.slot -> 'remembered' ->> 'by', e.body ->> 'officer') AS by,
				coalesce(x.slot -> 'remembered' ->> 'at', e.body ->> 'at')::timestamptz AS since
			FROM finger_enrolment e CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(e.body -> 'slots') WHEN 'array' THEN e.body -> 'slots' END) AS x (slot)
			WHERE e.traveller_id = ANY ($1) AND e.state IN ('enrolled', 'presented')
				AND EXISTS (SELECT FROM finger_enrolment c WHERE c.traveller_id = ANY ($1) AND c.` + someCoded + `)
				AND NOT EXISTS (SELECT FROM finger_bearer b WHERE b.link = e.link)
				AND NOT EXISTS (SELECT FROM biometric.link_key k WHERE k.id = e.link AND k.station = e.station AND k.destroyed_at IS NOT NULL)
				AND NOT (e.link IS NULL AND EXISTS (SELECT FROM finger_enrolment o JOIN biometric.link_key k ON k.id = o.link AND k.station = o.station
					WHERE o.traveller_id = e.traveller_id AND o.station = e.station AND k.destroyed_at >= e.enrolled_at))) AS w
		ORDER BY w.traveller_id, w.position, w.station, w.at DESC, w.taking_id`
)

// queueAbsent reads what stations said of fingers that are not there for good.
func (l *loader) queueAbsent(ask *pgx.Batch) {
	ask.Queue(wordsOfTakings, l.travellers).Query(func(rows pgx.Rows) error {
		var traveller uuid.UUID
		var position string
		var w fingerWord
		_, err := pgx.ForEachRow(rows, []any{&traveller, &position, &w.Missing, &w.Station, &w.At, &w.By, &w.Since, &w.ever}, func() error {
			if w.Position.UnmarshalText([]byte(position)) == nil { // of a newer release: it is asked for
				p := l.of[traveller]
				p.said = append(p.said, w)
			}
			return nil
		})
		return err
	})
}

// lastWords are each station's last word about those fingers of a person that were said not to be there for good: a station knows its own
// better, also that it was withdrawn.
func lastWords(said []fingerWord) (words []file.FingerWord) {
	coded := map[biometrics.Position]bool{}
	for _, w := range said {
		coded[w.Position] = coded[w.Position] || w.ever
	}
	slices.SortFunc(said, func(a, b fingerWord) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Station, b.Station), b.At.Compare(a.At))
	})
	for n, w := range said {
		if !coded[w.Position] || n > 0 && said[n-1].Position == w.Position && said[n-1].Station == w.Station {
			continue
		}
		one := file.FingerWord{Position: w.Position, Station: w.Station, At: w.At.UTC()}
		if w.Missing.Permanent() {
			one.Missing, one.By, one.Since = w.Missing, w.By, w.Since.UTC()
		}
		words = append(words, one)
	}
	return words
}
