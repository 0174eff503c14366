// Package recheckview draws what came of decisions that were checked again. It must never show restricted evidence to who may not read
// the reason of a hit, nor a decision that still waits for a check as confirmed.
package recheckview
