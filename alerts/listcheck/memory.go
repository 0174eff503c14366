package listcheck

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/openbmis/openbmis/alerts"
)

// Memory is a book with its alerts in memory, as a tool or a test holds them. It implements Holder and Details.
type Memory struct {
	book  atomic.Pointer[Book]
	known map[string]alerts.Alert
}

// InMemory makes a book of whole lists that were confirmed at an instant. A list's number of entries is counted.
func InMemory(version int64, currentAt time.Time, lists []alerts.ListInfo, all ...alerts.Alert) (*Memory, error) {
	m := &Memory{known: map[string]alerts.Alert{}}
	counts := map[string]int{}
	book, err := Build(func(row func(string, []byte)) error {
		for _, a := range all {
			m.known[a.Key()] = a
			counts[a.List]++
			if err := writeRow(row, alerts.RowKey(a.Key()), a); err != nil {
				return err
			}
		}
		for _, l := range lists {
			l.Entries = counts[l.ID]
			if err := writeRow(row, alerts.ListKey(l.ID), l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	m.book.Store(book.At(version, currentAt))
	return m, nil
}

func writeRow(row func(string, []byte), key string, value any) error {
	data, err := json.Marshal(value)
	if err == nil {
		row(key, data)
	}
	return err
}

// Book is the book; nil for a nil m, which has no lists.
func (m *Memory) Book() *Book {
	if m == nil {
		return nil
	}
	return m.book.Load()
}

// Confirmed has the book be confirmed at another instant.
func (m *Memory) Confirmed(at time.Time) { m.book.Store(m.book.Load().Confirmed(at)) }

// Alerts gives those of the keys that are there.
func (m *Memory) Alerts(_ context.Context, keys []string) (map[string]alerts.Alert, error) {
	found := make(map[string]alerts.Alert, len(keys))
	for _, key := range keys {
		if a, known := m.known[key]; known {
			found[key] = a
		}
	}
	return found, nil
}
