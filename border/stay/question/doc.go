// Package question is the calculator of stays as a question in JSON: the rule, the day and the stays, without the records behind
// them. It exists for people and programs that have dates alone. It must never read a date in two ways, nor leave a stay out silently.
package question
