namespace MLTransfer.Imaging.Transforms;

/// <summary>An operation in one of the chains of <see cref="AugMix"/>.</summary>
/// <param name="Chain">Which chain, from 0.</param>
/// <param name="Operation">Which operation of those it chooses from.</param>
/// <param name="Bin">How strong.</param>
/// <param name="Negative">Whether it goes the other way, if it has one.</param>
internal readonly record struct ChainStep(int Chain, int Operation, int Bin, bool Negative);
