using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Estimators;

namespace MLTransfer.Tests.Estimators;

/// <summary>The smallest transformer of another assembly: Sum = Number + a constant, which it saves.</summary>
internal sealed class AddingTransformer(float addend, MLNetInternals.Format? savedAs = null) : ITransformer
{
    public const string Signature = "AddingTransformer";

    public static MLNetInternals.Format Format { get; } = new(Signature, 2, 2, 1);

    public float Addend => addend;

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new Mapper(inputSchema, addend).OutputSchema;

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(inputSchema, addend);

    public IDataView Transform(IDataView input) => throw new NotSupportedException("These tests run the mapper only.");

    public void Save(ModelSaveContext ctx) => MLNetInternals.Save(ctx, savedAs ?? Format, "Addend.bin", writer => writer.Write(addend));

    private static AddingTransformer Create(IHostEnvironment env, object ctx) =>
        MLNetInternals.Load(ctx, Format, "Addend.bin", reader => new AddingTransformer(reader.ReadSingle()));

    private sealed class Mapper(DataViewSchema input, float addend) : IRowToRowMapper
    {
        public DataViewSchema InputSchema => input;

        public DataViewSchema OutputSchema { get; } = WithSum(input);

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => input;

        public DataViewRow GetRow(DataViewRow row, IEnumerable<DataViewSchema.Column> activeColumns) => new Row(row, OutputSchema, addend);

        private static DataViewSchema WithSum(DataViewSchema input)
        {
            var builder = new DataViewSchema.Builder();
            builder.AddColumns(input);
            builder.AddColumn("Sum", NumberDataViewType.Single);
            return builder.ToSchema();
        }
    }

    private sealed class Row(DataViewRow input, DataViewSchema schema, float addend) : DataViewRow
    {
        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => schema;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Name != "Sum")
                return input.GetGetter<TValue>(input.Schema[column.Name]);
            ValueGetter<float> number = input.GetGetter<float>(input.Schema["Number"]);
            ValueGetter<float> sum = (ref float value) =>
            {
                number(ref value);
                value += addend;
            };
            return (ValueGetter<TValue>)(object)sum;
        }
    }
}
