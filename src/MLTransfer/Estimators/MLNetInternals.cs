using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLTransfer.Native;

namespace MLTransfer.Estimators;

/// <summary>
/// Access to ML.NET internals that a component of another assembly needs: creating schema columns, saving to a model file, registering a
/// loader, and getting the environment of a catalog. All reflection into ML.NET is in this file.
/// </summary>
internal static class MLNetInternals
{
    private const MethodAttributes Implementation =
        MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot;

    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // A model file stores this assembly name, which ML.NET loads before it looks for a loader. If that fails, its error shows the name,
    // which is what the user must call.
    private const string LoaderAssembly = "MLTransfer.AddMLTransfer";

    private static readonly Lazy<Assembly> OwnLoaders = new(() => AssemblyOf(
        LoaderAssembly,
        new(typeof(ImageClassificationTransformer), typeof(ModelLoader), "MLTransfer's image classification", ModelPayload.Format),
        new(typeof(ImageFeatureTransformer), typeof(FeatureLoader), "MLTransfer's image features", FeaturePayload.Format),
        new(typeof(GraphTransformer), typeof(GraphLoader), "MLTransfer's graphs", GraphPayload.Format)));

    private static readonly Lazy<Assembly> VisionLoaders = new(VisionAssembly);

    // A separate entry next to the stream, so that versions that do not know it still read the model.
    private const string ChecksumSuffix = ".sha256";
    private const int ChecksumLength = 32;

    /// <summary>The names of a confusion matrix's classes, in its order; where ML.NET does not give them, their numbers.</summary>
    internal static IReadOnlyList<string> ClassNames(ConfusionMatrix matrix) =>
        typeof(ConfusionMatrix).GetField("PredictedClassesIndicators", Instance)?.GetValue(matrix)
            is IReadOnlyList<ReadOnlyMemory<char>> names
            ? [.. names.Select(name => name.ToString())]
            : [.. Enumerable.Range(0, matrix.NumberOfClasses).Select(index => index.ToString(CultureInfo.InvariantCulture))];

    /// <summary>
    /// A name of at most 24 ASCII characters by which ML.NET finds the class that loads a model, and the versions of its format.
    /// </summary>
    /// <param name="LoaderSignature">The name given to <see cref="Register"/>.</param>
    /// <param name="Written">The version that is written.</param>
    /// <param name="Readable">The oldest version of the reader that understands what is written.</param>
    /// <param name="OldestReadable">The oldest version that this reader understands.</param>
    internal sealed record Format(string LoaderSignature, uint Written, uint Readable, uint OldestReadable)
    {
        /// <summary>Eight characters that mark a model block; the default is that of MLTransfer, whatever kind of model it is.</summary>
        public string ModelSignature { get; init; } = "MLTRANSF";

        /// <summary>The assembly that a model file names, which ML.NET loads before it looks for a loader.</summary>
        public string Assembly { get; init; } = LoaderAssembly;
    }

    /// <summary>A class that ML.NET calls to load a transformer.</summary>
    /// <param name="Instance">The transformer, which <c>Create</c> must return as exactly this type.</param>
    /// <param name="Loader">The class that has the static <c>Create(IHostEnvironment env, object ctx)</c>.</param>
    /// <param name="UserName">Its display name.</param>
    /// <param name="Format">What it is saved as.</param>
    internal sealed record Loadable(Type Instance, Type Loader, string UserName, Format Format);

    /// <summary>A column that an estimator promises in <see cref="IEstimator{TTransformer}.GetOutputSchema"/>.</summary>
    /// <exception cref="InvalidOperationException">The loaded ML.NET has no such constructor.</exception>
    public static SchemaShape.Column Column(
        string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations = null)
    {
        Type[] parameters = [typeof(string), typeof(SchemaShape.Column.VectorKind), typeof(DataViewType), typeof(bool),
            typeof(SchemaShape)];
        return (SchemaShape.Column)Constructor(typeof(SchemaShape.Column), parameters)
            .Invoke(BindingFlags.DoNotWrapExceptions, null, [name, kind, itemType, isKey, annotations], null);
    }

    /// <summary>
    /// Writes a transformer: its format into the model block of <paramref name="ctx"/>, and one stream with its checksum.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loaded ML.NET lacks a member this needs.</exception>
    public static void Save(ModelSaveContext ctx, Format format, string streamName, Action<BinaryWriter> write)
    {
        Call(ctx, "SetVersionInfo", [VersionInfoType], [VersionInfo(format)]);
        // Not compressed as ML.NET's own streams are: that takes 7 % off weights, and half of the time that loading them takes.
        byte[] checksum;
        using (Stream content = ArchiveOf(ctx).CreateEntry(PathOf(ctx, streamName), CompressionLevel.NoCompression).Open())
            checksum = ModelIntegrity.Write(content, write);
        SaveStream(ctx, streamName + ChecksumSuffix, writer => writer.Write(checksum));
    }

    /// <summary>
    /// Reads what <see cref="Save"/> wrote; the static <c>Create(IHostEnvironment env, object ctx)</c> of a registered loader calls it.
    /// </summary>
    /// <exception cref="FormatException">The model is of another kind, or its version cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model file lacks the stream, or is damaged anywhere.</exception>
    public static T Load<T>(object ctx, Format format, string streamName, Func<BinaryReader, T> read)
    {
        Call(ctx, "CheckVersionInfo", [VersionInfoType], [VersionInfo(format)]);
        byte[]? checksum = LoadStream(ctx, streamName + ChecksumSuffix, reader => reader.ReadBytes(ChecksumLength));
        CheckEntries(ctx, except: checksum is null ? null : streamName);
        (bool _, T Value)? loaded = ModelIntegrity.ReadStored(EntryOf(ctx, streamName)) is { } stored
            ? Checked(new BinaryReader(stored))
            : LoadStream(ctx, streamName, Checked);
        return loaded is { } found
            ? found.Value
            : throw new InvalidDataException(
                $"The model file has no stream '{streamName}' next to the model '{format.LoaderSignature}'. It is damaged: save the "
                + $"model again.");

        (bool, T)? Checked(BinaryReader reader)
        {
            if (checksum is not null)
                ModelIntegrity.Check(reader.BaseStream, streamName, checksum);
            return (true, read(reader));
        }
    }

    /// <summary>Begins the model block of a format of ML.NET, and returns its writer.</summary>
    public static BinaryWriter BeginModel(ModelSaveContext ctx, Format format)
    {
        Call(ctx, "SetVersionInfo", [VersionInfoType], [VersionInfo(format)]);
        return (BinaryWriter)Field(ctx, "Writer").GetValue(ctx)!;
    }

    /// <summary>Checks the model file and the version of a format of ML.NET, and returns the reader of its model block.</summary>
    /// <exception cref="FormatException">The model is of another kind, or its version cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model file is damaged.</exception>
    public static BinaryReader OpenModel(object ctx, Format format)
    {
        Call(ctx, "CheckVersionInfo", [VersionInfoType], [VersionInfo(format)]);
        CheckEntries(ctx, except: null);
        return (BinaryReader)Field(ctx, "Reader").GetValue(ctx)!;
    }

    /// <summary>The full name of an assembly of ML.NET that is not there, in the version of the one that is.</summary>
    public static string FullNameOf(string assembly)
    {
        AssemblyName own = typeof(MLContext).Assembly.GetName();
        own.Name = assembly;
        return own.FullName;
    }

    /// <summary>
    /// Lets <see cref="ModelOperationsCatalog.Load(string, out DataViewSchema)"/> find our transformer in files that do not name <see
    /// cref="LoaderAssembly"/> yet. Idempotent.
    /// </summary>
    /// <param name="environment">An <see cref="MLContext"/> or the environment of one of its catalogs.</param>
    public static void Register(IHostEnvironment environment) => environment.ComponentCatalog.RegisterAssembly(Loaders());

    /// <summary>
    /// Lets ML.NET find our transformer by the name of an assembly that its model files hold, in every <see cref="MLContext"/>; likewise
    /// the classifiers that ML.NET's ImageClassification trained, where its own assembly is not there.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A model file may be what first leads here.")]
    internal static void AnswerToModelFiles() =>
        AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) =>
            new AssemblyName(wanted.Name).Name switch
            {
                LoaderAssembly => Loaders(),
                MLNetClassifierFile.Assembly or MLNetClassifierFile.Emitted => VisionLoaders.Value,
                _ => null,
            };

    // Who asks for them will load a model: libtorch is loaded while ML.NET reads the file.
    private static Assembly Loaders()
    {
        TorchLibrary.Prepare();
        return OwnLoaders.Value;
    }

    /// <summary>The environment that what a catalog makes is made in.</summary>
    /// <param name="catalog">The trainers of a task, or the transforms.</param>
    /// <exception cref="InvalidOperationException">The loaded ML.NET has no such member.</exception>
    public static IHostEnvironment Environment(object catalog)
    {
        Assembly data = typeof(TrainCatalogBase).Assembly;
        Type contract = data.GetType("Microsoft.ML.Data.IInternalCatalog")
            ?? throw Missing(data, "interface Microsoft.ML.Data.IInternalCatalog");
        PropertyInfo property = contract.GetProperty("Environment") ?? throw Missing(data, $"property {contract}.Environment");
        return (IHostEnvironment)property.GetValue(catalog)!;
    }

    /// <summary>The seed given to the <see cref="MLContext"/>; <see langword="null"/> where none was.</summary>
    public static int? Seed(IHostEnvironment environment)
    {
        Assembly core = typeof(IHostEnvironment).Assembly;
        const string name = "Microsoft.ML.Runtime.IHostEnvironmentInternal";
        Type contract = core.GetType(name) ?? throw Missing(core, $"interface {name}");
        PropertyInfo property = contract.GetProperty("Seed") ?? throw Missing(core, $"property {name}.Seed");
        return contract.IsInstanceOfType(environment) ? (int?)property.GetValue(environment) : null;
    }

    /// <summary>The learning rate that a scheduler of ML.NET gives to a step.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="batch">The index of the batch in the epoch.</param>
    /// <param name="batchSize">The images of a batch.</param>
    /// <param name="batchesPerEpoch">The batches of an epoch.</param>
    public static float LearningRate(LearningRateScheduler scheduler, int epoch, int batch, int batchSize, int batchesPerEpoch)
    {
        Assembly trainers = typeof(LearningRateScheduler).Assembly;
        const string name = "Microsoft.ML.Trainers.DnnTrainState";
        Type type = trainers.GetType(name) ?? throw Missing(trainers, $"class {name}");
        object state = Activator.CreateInstance(type, nonPublic: true)!;
        Field(state, "CurrentEpoch").SetValue(state, epoch);
        Field(state, "CurrentBatchIndex").SetValue(state, batch);
        Field(state, "BatchSize").SetValue(state, batchSize);
        Field(state, "BatchesPerEpoch").SetValue(state, batchesPerEpoch);
        return (float)Call(scheduler, "GetLearningRate", [type], [state])!;
    }

    /// <summary>Writes a stream beside the model block.</summary>
    public static void SaveStream(ModelSaveContext ctx, string name, Action<BinaryWriter> write) =>
        Call(ctx, "SaveBinaryStream", [typeof(string), typeof(Action<BinaryWriter>)], [name, write]);

    /// <summary>Reads a stream beside the model block; the default where there is none.</summary>
    public static T? LoadStream<T>(object ctx, string name, Func<BinaryReader, T?> read)
    {
        T? loaded = default;
        Action<BinaryReader> action = reader => loaded = read(reader);
        Call(ctx, "TryLoadBinaryStream", [typeof(string), typeof(Action<BinaryReader>)], [name, action]);
        return loaded;
    }

    // Checks all entries of the file: damage to the classes or columns of another transformer changes the predictions as well.
    private static void CheckEntries(object ctx, string? except)
    {
        ZipArchiveEntry? checkedByItself = except is null ? null : EntryOf(ctx, except);
        foreach (ZipArchiveEntry entry in ArchiveOf(ctx).Entries.Where(entry => entry != checkedByItself))
            ModelIntegrity.Check(entry);
    }

    private static ZipArchiveEntry? EntryOf(object ctx, string streamName)
    {
        string path = Slashed(PathOf(ctx, streamName));
        // As in ML.NET, the last of several with the same name.
        return ArchiveOf(ctx).Entries.LastOrDefault(entry => Slashed(entry.FullName) == path);

        static string Slashed(string name) => name.Replace('\\', '/');
    }

    private static ZipArchive ArchiveOf(object ctx)
    {
        object repository = Field(ctx, "Repository").GetValue(ctx)
            ?? throw new InvalidDataException("The model is not in a model file. Save it with ml.Model.Save.");
        return (ZipArchive)Field(repository, "_archive").GetValue(repository)!;
    }

    private static string PathOf(object ctx, string streamName) =>
        Path.Combine((string?)Field(ctx, "Directory").GetValue(ctx) ?? "", streamName);

    private static FieldInfo Field(object target, string name) => target.GetType().GetField(name, Instance)
        ?? throw Missing(target.GetType().Assembly, $"field {target.GetType()}.{name}");

    private static Type VersionInfoType => MLNet("VersionInfo");

    private static object VersionInfo(Format format)
    {
        Type[] parameters = [typeof(string), typeof(uint), typeof(uint), typeof(uint), typeof(string), typeof(string), typeof(string)];
        object?[] arguments = [format.ModelSignature, format.Written, format.Readable, format.OldestReadable, format.Assembly,
            format.LoaderSignature, null];
        return Constructor(VersionInfoType, parameters).Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    private static object? Call(object target, string name, Type[] parameters, object[] arguments)
    {
        MethodInfo method = target.GetType().GetMethod(name, Instance, parameters)
            ?? throw Missing(target.GetType().Assembly, $"method {target.GetType()}.{name}({string.Join<Type>(", ", parameters)})");
        return method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    private static ConstructorInfo Constructor(Type type, Type[] parameters) =>
        type.GetConstructor(Instance, parameters)
            ?? throw Missing(type.Assembly, $"constructor {type}({string.Join<Type>(", ", parameters)})");

    private static Type MLNet(string name)
    {
        Assembly core = typeof(ModelSaveContext).Assembly;
        return core.GetType($"Microsoft.ML.{name}") ?? throw Missing(core, $"type Microsoft.ML.{name}");
    }

    private static InvalidOperationException Missing(Assembly assembly, string what) => new(
        $"{assembly.GetName().Name} {assembly.GetName().Version} has no {what}, which the ML.NET this was built for, Microsoft.ML "
        + $"5.0.1, has. Reference Microsoft.ML 5.0.1.");

    /// <summary>
    /// Emits an assembly that names loadable classes: ML.NET finds these only by an assembly attribute, which is internal.
    /// </summary>
    internal static AssemblyBuilder AssemblyOf(string name, params Loadable[] classes)
    {
        (AssemblyBuilder assembly, _) = NewAssembly(name);
        foreach (Loadable loadable in classes) AddLoader(assembly, loadable);
        return assembly;
    }

    /// <summary>
    /// Emits the assembly that stands for Microsoft.ML.Vision: a class with the internal interfaces by which ML.NET scores.
    /// </summary>
    private static AssemblyBuilder VisionAssembly()
    {
        (AssemblyBuilder assembly, ModuleBuilder module) = NewAssembly(MLNetClassifierFile.Emitted);
        Type parent = typeof(MLNetClassifier), predictor = MLNet("IPredictorProducing`1").MakeGenericType(typeof(VBuffer<float>));
        TypeBuilder type = module.DefineType(
            "ImageClassificationModelParameters", TypeAttributes.Public | TypeAttributes.Sealed, parent,
            [predictor, MLNet("Data.IValueMapper")]);
        DefineCreate(type, DefineConstructor(type, parent));
        DefineGetMapper(type, parent);
        Type kind = MLNet("PredictionKind");
        ILGenerator code = type.DefineMethod("get_PredictionKind", Implementation, kind, []).GetILGenerator();
        code.Emit(OpCodes.Ldc_I4, (int)Enum.Parse(kind, "MulticlassClassification"));
        code.Emit(OpCodes.Ret);
        Type created = type.CreateType();
        AddLoader(assembly, new(created, created, "Image classification predictor", MLNetClassifierFile.Format));
        return assembly;
    }

    private static ConstructorBuilder DefineConstructor(TypeBuilder type, Type parent)
    {
        Type[] parameters = [typeof(IHostEnvironment), typeof(MLNetClassifierFile)];
        ConstructorBuilder constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, parameters);
        ILGenerator code = constructor.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Ldarg_2);
        code.Emit(OpCodes.Call, Constructor(parent, parameters));
        code.Emit(OpCodes.Ret);
        return constructor;
    }

    // static Create(IHostEnvironment env, object ctx) => new(env, MLNetClassifierFile.Read(ctx));
    private static void DefineCreate(TypeBuilder type, ConstructorBuilder constructor)
    {
        MethodBuilder create = type.DefineMethod(
            "Create", MethodAttributes.Public | MethodAttributes.Static, type, [typeof(IHostEnvironment), typeof(object)]);
        ILGenerator code = create.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Call, typeof(MLNetClassifierFile).GetMethod(nameof(MLNetClassifierFile.Read))!);
        code.Emit(OpCodes.Newobj, constructor);
        code.Emit(OpCodes.Ret);
    }

    // ValueMapper<TSrc, TDst> GetMapper<TSrc, TDst>() => (ValueMapper<TSrc, TDst>)(object)new ValueMapper<…>(Score);
    private static void DefineGetMapper(TypeBuilder type, Type parent)
    {
        Type mapper = MLNet("Data.ValueMapper`2");
        MethodBuilder method = type.DefineMethod("GetMapper", Implementation);
        Type result = mapper.MakeGenericType(method.DefineGenericParameters("TSrc", "TDst"));
        method.SetReturnType(result);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldftn, parent.GetMethod(nameof(MLNetClassifier.Score))!);
        code.Emit(OpCodes.Newobj, mapper.MakeGenericType(typeof(VBuffer<byte>), typeof(VBuffer<float>)).GetConstructors()[0]);
        code.Emit(OpCodes.Castclass, result);
        code.Emit(OpCodes.Ret);
    }

    /// <summary>An empty assembly that may use the internal members of ML.NET's core and of this library.</summary>
    private static (AssemblyBuilder Assembly, ModuleBuilder Module) NewAssembly(string name)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.Run);
        ModuleBuilder module = assembly.DefineDynamicModule(name);
        ConstructorInfo allowed = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        foreach (Assembly used in new[] { typeof(ModelSaveContext).Assembly, typeof(MLNetInternals).Assembly })
            assembly.SetCustomAttribute(new CustomAttributeBuilder(allowed, [used.GetName().Name]));
        return (assembly, module);
    }

    /// <summary>Marks a class of an assembly as one that ML.NET may load models with.</summary>
    private static void AddLoader(AssemblyBuilder assembly, Loadable loadable)
    {
        Type attribute = MLNet("LoadableClassAttribute");
        Type[] parameters = [typeof(Type), typeof(Type), typeof(Type), typeof(Type), typeof(string), typeof(string[])];
        object?[] arguments = [loadable.Instance, loadable.Loader, null, MLNet("SignatureLoadModel"), loadable.UserName,
            new[] { loadable.Format.LoaderSignature }];
        assembly.SetCustomAttribute(new CustomAttributeBuilder(Constructor(attribute, parameters), arguments));
    }
}
