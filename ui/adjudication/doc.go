// Package adjudication answers the pages of the second line's tasks about prints over HTTP, and finds files by a fingerprint. It decides
// nothing itself: border/fingers and people do. It must never keep an image or a template longer than the page it is for, never give one
// without an audit entry that says for whom and why, and never let a browser keep one.
package adjudication
