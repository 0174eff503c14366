// Package vault holds the keys that evidence is encrypted with. Every person has a data key of their own; a station wraps it with a key
// that stands outside the database and changes every month, and seals it for the centre, so that the centre can read what it receives.
// It exists so that destroying one key makes everything kept of a person unreadable, on every disk and in every backup.
//
// It must never write a key to a log, never give out a key's bytes, and never open what was moved to another person or exhibit.
package vault
