// Package stationdb keeps the facts of a crossing point in its PostgreSQL database: it implements border.Store, the history that
// the previous-crossing check asks, and the alert list's place. It must never write a fact without its audit entry and its outbox
// event in the same transaction.
package stationdb
