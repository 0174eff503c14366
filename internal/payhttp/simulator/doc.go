// Package simulator is a payment provider that takes no money: it speaks the protocol of internal/payhttp, has a page to pay on, and can be told
// to behave as badly as providers do. It exists so that the whole way of a fee can be tested, trained and shown.
//
// Every page says that it is a simulator. It must never be told of a card or a person, and keeps everything in memory alone.
package simulator
