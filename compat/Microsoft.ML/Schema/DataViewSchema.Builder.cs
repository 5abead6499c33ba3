using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Collects columns and makes a schema of them.</summary>
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        public Builder()
        {
        }

        public void AddColumn(string name, DataViewType type, Annotations annotations = null) =>
            _columns.Add(new DetachedColumn(name, type, annotations));

        public void AddColumns(IEnumerable<Column> source) => _columns.AddRange(source.Select(column => new DetachedColumn(column)));

        public void AddColumns(IEnumerable<DetachedColumn> source) => _columns.AddRange(source);

        public DataViewSchema ToSchema()
        {
            var last = new Dictionary<string, int>();
            for (int index = 0; index < _columns.Count; index++)
                last[_columns[index].Name] = index;
            return new DataViewSchema(_columns
                .Select((column, index) => new Column(column.Name, index, last[column.Name] != index, column.Type, column.Annotations))
                .ToArray());
        }
    }
}
