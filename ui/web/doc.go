// Package web is the one door between HTTP and the screens. It exists so that every route names the permission it needs, and
// so that sessions, origins, headers, limits, logs and the words of a failure are each dealt with in one place.
//
// It must never serve a route that is not in its table, answer a page with JSON or nothing, write a query string or anything
// of a person to the log, or put a secret into a header, a page or an error.
package web
