// Package view holds the HTML that pages share: the frame round every page, messages, outcomes, tables, charts. It exists so
// that an outcome, an age or a fault looks the same on every screen. It takes domain values and must never know of requests,
// echo, databases or permissions; what it needs of the request comes in a Frame.
package view
